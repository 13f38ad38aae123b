#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <vector>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/profile.h"

// What the reasons cost on top of the decision: both run in turns on one thread, and CPU time is what counts, so that a busy
// machine does not matter.

namespace dynamo {
namespace {

Document sample(const char* name) {
  std::ostringstream text;
  text << std::ifstream(std::string(DYNAMO_SOURCE_DIR "/manifests/samples/") + name).rdbuf();
  return read_yaml(text.str(), name).documents.at(0);
}

double milliseconds(const Document& document, const TableStore& tables, const ProfileOptions& options) {
  const std::clock_t start = std::clock();
  benchmark::DoNotOptimize(profile(document, tables, options));
  return static_cast<double>(std::clock() - start) * 1000.0 / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

/// `overhead` is the extra share of time, e.g. 0.15.
void explain_beside_profile(benchmark::State& state, const char* name) {
  const char* directory = std::getenv("DYNAMO_TABLES");
  const TableStore tables(directory == nullptr ? "" : directory);
  if (tables.empty()) return state.SkipWithError("no measured tables: set DYNAMO_TABLES");
  const Document document = sample(name);
  const ProfileOptions plain{.validate = {}, .threads = 1};
  ProfileOptions with_reasons = plain;
  with_reasons.explain = ExplainOptions{};
  std::vector<double> profiles, explanations;
  for (auto _ : state) {
    profiles.push_back(milliseconds(document, tables, plain));
    explanations.push_back(milliseconds(document, tables, with_reasons));
  }
  const double base = median(profiles), whole = median(explanations);
  state.counters["profile_ms"] = base;
  state.counters["explain_ms"] = whole;
  state.counters["overhead"] = whole / base - 1;
}
BENCHMARK_CAPTURE(explain_beside_profile, dense, "qwen3-32b.yaml")->Unit(benchmark::kMillisecond)->Iterations(41);
BENCHMARK_CAPTURE(explain_beside_profile, end_to_end, "e2e-latency.yaml")->Unit(benchmark::kMillisecond)->Iterations(21);
BENCHMARK_CAPTURE(explain_beside_profile, load_match, "load-match.yaml")->Unit(benchmark::kMillisecond)->Iterations(21);
BENCHMARK_CAPTURE(explain_beside_profile, planner, "planner.yaml")->Unit(benchmark::kMillisecond)->Iterations(21);

}  // namespace
}  // namespace dynamo

BENCHMARK_MAIN();
