#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "dynamo/profiler/curves.h"
#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"

namespace dynamo {
namespace {

std::string sample_text() {
  std::ostringstream text;
  text << std::ifstream(DYNAMO_SOURCE_DIR "/manifests/samples/qwen3-32b.yaml").rdbuf();
  return text.str();
}

std::filesystem::path tables_directory() {
  const char* directory = std::getenv("DYNAMO_TABLES");
  return directory == nullptr ? "" : directory;
}

Document sample() { return read_yaml(sample_text(), "qwen3-32b.yaml").documents.at(0); }

void read_request(benchmark::State& state) {
  const std::string text = sample_text();
  for (auto _ : state) benchmark::DoNotOptimize(read_yaml(text, "qwen3-32b.yaml"));
}
BENCHMARK(read_request)->Unit(benchmark::kMicrosecond);

void validate(benchmark::State& state) {
  const Document document = sample();
  for (auto _ : state) {
    Diagnostics diagnostics;
    benchmark::DoNotOptimize(validate_request(decode_request(document, diagnostics)));
  }
}
BENCHMARK(validate)->Unit(benchmark::kMicrosecond);

void open_pack(benchmark::State& state) {
  for (auto _ : state) {
    const TableStore tables(tables_directory());
    if (tables.empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
    benchmark::DoNotOptimize(tables.open("h200_sxm", Backend::kTrtllm));
  }
}
BENCHMARK(open_pack)->Unit(benchmark::kMicrosecond);

/// The decision with everything warm; the argument is the number of GPUs, so that the cost per candidate shows.
void decide_on_gpus(benchmark::State& state) {
  const TableStore tables(tables_directory());
  if (tables.empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  Diagnostics diagnostics;
  ValidateResult validated = validate_request(decode_request(sample(), diagnostics));
  validated.request->total_gpus = static_cast<int>(state.range(0));
  std::int64_t candidates = 0;
  for (auto _ : state) {
    const auto report = decide(*validated.request, tables);
    candidates = 0;
    for (const SearchSummary& search : report->searches) candidates += search.enumerated;
  }
  state.counters["candidates"] = static_cast<double>(candidates);
}
BENCHMARK(decide_on_gpus)->Arg(2)->Arg(4)->Arg(8)->Arg(16)->Arg(32)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Both curves of one engine pair, engines built anew.
void curves(benchmark::State& state) {
  const TableStore tables(tables_directory());
  if (tables.empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  Diagnostics diagnostics;
  ValidateResult validated = validate_request(decode_request(sample(), diagnostics));
  const auto report = decide(*validated.request, tables);
  if (!report || report->disaggregated.empty()) return state.SkipWithError("no engine pair");
  for (auto _ : state) benchmark::DoNotOptimize(sweep_curves(*validated.request, report->disaggregated.front().unit, tables));
}
BENCHMARK(curves)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dynamo

BENCHMARK_MAIN();
