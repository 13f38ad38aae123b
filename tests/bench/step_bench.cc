#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "perf/graph.h"
#include "perf/phase.h"

namespace dynamo::perf {
namespace {

/// One model for each way of attending and of routing, on 8 H200 with the layout that its family usually gets.
struct Subject {
  const char* name;
  const char* model;
  Backend backend;
  Parallelism parallel;
};
constexpr Parallelism kTensor{.tp = 8};
constexpr Parallelism kExperts{.tp = 8, .moe_ep = 8};
constexpr Subject kSubjects[] = {
    {"dense", "Qwen/Qwen3-32B", Backend::kTrtllm, kTensor},
    {"experts", "Qwen/Qwen3-235B-A22B", Backend::kTrtllm, kExperts},
    {"latent_attention", "deepseek-ai/DeepSeek-V3", Backend::kTrtllm, kExperts},
    {"sparse_attention", "deepseek-ai/DeepSeek-V3.2", Backend::kVllm, kExperts},
    {"compressed_attention", "sgl-project/DeepSeek-V4-Flash-FP8", Backend::kVllm, kExperts},
    {"windowed_attention", "openai/gpt-oss-120b", Backend::kTrtllm, kExperts},
    {"gated_delta_rule", "Qwen/Qwen3.5-397B-A17B", Backend::kSglang, kExperts},
    {"state_space", "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16", Backend::kVllm, kExperts},
    {"block_sparse_attention", "MiniMaxAI/MiniMax-M3", Backend::kVllm, kExperts},
    {"delta_attention", "moonshotai/Kimi-K3", Backend::kSglang, kExperts},
};

/// A graph with the tables it was bound to.
struct Bound {
  Database database;
  QuantModes quant;
  std::unique_ptr<ModelSpec> model;
  Graph graph;
};

std::optional<Bound> bind(const TableStore& store, const Subject& subject, std::string& problem) {
  const ModelSpec* model = find_model(subject.model);
  const SystemSpec* system = find_system("h200_sxm");
  if (model == nullptr || system == nullptr) {
    problem = "unknown model or GPU";
    return std::nullopt;
  }
  auto database = Database::open(store, *system, subject.backend, "current", DatabaseMode::kHybrid);
  if (!database.has_value()) {
    problem = database.error().message;
    return std::nullopt;
  }
  const auto quant = database->resolve_quant(*model, Role::kAggregated, {});
  if (!quant.has_value()) {
    problem = quant.error().message;
    return std::nullopt;
  }
  Bound bound{*database, *quant, std::make_unique<ModelSpec>(*model), {}};
  auto graph = build_graph({bound.database.impl(), *bound.model, bound.quant, subject.parallel, 0, {}});
  if (!graph.has_value()) {
    problem = graph.error().message;
    return std::nullopt;
  }
  bound.graph = std::move(*graph);
  return bound;
}

const TableStore& packs() {
  const char* directory = std::getenv("DYNAMO_TABLES");
  static const TableStore tables(directory == nullptr ? "" : directory);
  return tables;
}

/// Lengths and batches that are no table points, another one every time: a database answers the same step from memory.
template <typename Step>
void run(benchmark::State& state, const Subject& subject, const Step& step) {
  if (packs().empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  std::string problem;
  std::optional<Bound> bound = bind(packs(), subject, problem);
  if (!bound.has_value()) return state.SkipWithError(problem.c_str());
  int i = 0;
  for (auto _ : state) {
    const Result<Timing> time = step(bound->graph, i);
    if (!time.has_value()) return state.SkipWithError(time.error().message.c_str());
    benchmark::DoNotOptimize(time->ms);
    i = (i + 37) % 1024;
    if (i != 0) continue;
    state.PauseTiming();
    bound.reset();
    bound = bind(packs(), subject, problem);
    state.ResumeTiming();
  }
}

void context_step(benchmark::State& state, const Subject& subject) {
  run(state, subject, [](const Graph& graph, int i) { return context_pass(graph, 2, 3001 + i, 0); });
}
void generation_step(benchmark::State& state, const Subject& subject) {
  run(state, subject, [](const Graph& graph, int i) { return perf::generation_step(graph, 33 + i % 64, 4003 + i); });
}

void register_all() {
  for (const Subject& subject : kSubjects) {
    const std::string name = subject.name;
    benchmark::RegisterBenchmark(("context_step/" + name).c_str(), context_step, subject)->Unit(benchmark::kNanosecond);
    benchmark::RegisterBenchmark(("generation_step/" + name).c_str(), generation_step, subject)->Unit(benchmark::kNanosecond);
  }
}

}  // namespace
}  // namespace dynamo::perf

int main(int argc, char** argv) {
  dynamo::perf::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
