#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

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

/// What a reader without positions, duplicate keys and limits takes.
void read_the_body_by_library(benchmark::State& state) {
  const std::string body = body_of("typical-create.json");
  for (auto _ : state) benchmark::DoNotOptimize(nlohmann::json::parse(body));
}
BENCHMARK(read_the_body_by_library)->Unit(benchmark::kMicrosecond);

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

/// Requests of one model that differ in everything a search depends on, none seen before.
void with_new_searches(benchmark::State& state, const char* model, int itl = 0) {
  if (packs().empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  Value review = *read_json(body_of("typical-create.json"), {});
  Value& spec = *review.find("request")->find("object")->find("spec");
  spec.set("model", model);
  const auto one_of = [](auto list, int i) { return list.begin()[static_cast<std::size_t>(i) % list.size()]; };
  int turn = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const int i = turn++;
    spec.set("backend", one_of(std::initializer_list<const char*>{"trtllm", "vllm", "sglang"}, i));
    Value hardware, workload, sla;
    hardware.set("gpuSku", one_of(std::initializer_list<const char*>{"h200_sxm", "h100_sxm", "b200_sxm"}, i / 3));
    hardware.set("totalGpus", one_of(std::initializer_list<int>{8, 16, 32, 4}, i / 9));
    hardware.set("numGpusPerNode", 8);
    workload.set("isl", 1000 + 10 * i);
    workload.set("osl", 200 + 10 * (i % 100));
    sla.set("ttft", 500);
    sla.set("itl", itl > 0 ? itl : 20 + i % 80);
    spec.set("hardware", std::move(hardware));
    spec.set("workload", std::move(workload));
    spec.set("sla", std::move(sla));
    const std::string body = write_json(review);
    state.ResumeTiming();
    benchmark::DoNotOptimize(answer_review(AdmissionPath::kValidate, "application/json", body, {}, packs()));
  }
}
BENCHMARK_CAPTURE(with_new_searches, dense_8b, "Qwen/Qwen3-8B")->Unit(benchmark::kMicrosecond)->Iterations(72);
BENCHMARK_CAPTURE(with_new_searches, dense_32b, "Qwen/Qwen3-32B")->Unit(benchmark::kMicrosecond)->Iterations(72);
BENCHMARK_CAPTURE(with_new_searches, dense_70b, "meta-llama/Llama-3.1-70B-Instruct")->Unit(benchmark::kMicrosecond)->Iterations(72);
BENCHMARK_CAPTURE(with_new_searches, moe_30b, "Qwen/Qwen3-30B-A3B")->Unit(benchmark::kMicrosecond)->Iterations(72);

// Nothing can serve a token in a millisecond, so that everything is searched for what comes nearest.
BENCHMARK_CAPTURE(with_new_searches, dense_32b_out_of_reach, "Qwen/Qwen3-32B", 1)->Unit(benchmark::kMicrosecond)->Iterations(72);
BENCHMARK_CAPTURE(with_new_searches, moe_30b_out_of_reach, "Qwen/Qwen3-30B-A3B", 1)->Unit(benchmark::kMicrosecond)->Iterations(72);

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
