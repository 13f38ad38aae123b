#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "dynamo/profiler/admission.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

/// A review of the usual size, as the API server sends it.
std::string body_of(const char* file) {
  std::ostringstream text;
  text << std::ifstream(std::string(DYNAMO_SOURCE_DIR "/tests/golden/admission/") + file).rdbuf();
  return write_json(*read_json(text.str(), file)->find("review"));
}

const TableStore& packs() {
  const char* directory = std::getenv("DYNAMO_TABLES");
  static const TableStore tables(directory == nullptr ? "" : directory);
  return tables;
}

void run(benchmark::State& state, AdmissionPath path, const char* file, const AdmissionOptions& options) {
  const std::string body = body_of(file);
  for (auto _ : state) benchmark::DoNotOptimize(answer_review(path, "application/json", body, options, packs()));
  state.counters["body"] = static_cast<double>(body.size());
}

void read_the_body(benchmark::State& state) {
  const std::string body = body_of("typical-create.json");
  for (auto _ : state) benchmark::DoNotOptimize(read_json(body, {}));
}
BENCHMARK(read_the_body)->Unit(benchmark::kMicrosecond);

void rules_alone(benchmark::State& state) {
  AdmissionOptions options;
  options.check_feasibility = false;
  run(state, AdmissionPath::kValidate, "typical-create.json", options);
}
BENCHMARK(rules_alone)->Unit(benchmark::kMicrosecond);

void mutate(benchmark::State& state) { run(state, AdmissionPath::kMutate, "typical-create.json", {}); }
BENCHMARK(mutate)->Unit(benchmark::kMicrosecond);

void with_search(benchmark::State& state) {
  if (packs().empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  run(state, AdmissionPath::kValidate, "typical-create.json", {});
}
BENCHMARK(with_search)->Unit(benchmark::kMicrosecond);

void with_remembered_search(benchmark::State& state) {
  if (packs().empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  FeasibilityMemo memo;
  AdmissionOptions options;
  options.memo = &memo;
  run(state, AdmissionPath::kValidate, "typical-create.json", options);
}
BENCHMARK(with_remembered_search)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace dynamo

BENCHMARK_MAIN();
