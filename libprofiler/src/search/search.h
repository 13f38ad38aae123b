#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/layout_sizes.h"
#include "dynamo/profiler/search_summary.h"
#include "perf/engine.h"

namespace dynamo {
class SearchMemory;
}

namespace dynamo::search {

/// What a search looks for: one model on one budget with latency targets, on one backend.
struct Scenario {
  const ModelSpec* model = nullptr;
  const SystemSpec* system = nullptr;
  const SystemSpec* decode_system = nullptr;   ///< decode workers of disaggregated serving; nullptr = `system`
  Backend backend = Backend::kTrtllm;
  std::string version = "current";
  DatabaseMode database = DatabaseMode::kSilicon;
  perf::QuantOverrides quant;
  int isl = 4000, osl = 1000, prefix = 0;      ///< tokens
  std::optional<double> ttft_ms, tpot_ms;      ///< targets
  std::optional<double> request_latency_ms;    ///< replaces tpot as constraint
  int total_gpus = 8;
  /// Sizing, a search without a budget: workers take every power of two up to `total_gpus`, units of both roles at most this many.
  std::optional<int> unit_gpus;
  int nextn = 0;
  double nextn_accepted = 0;
  std::optional<double> kv_fraction;
  std::optional<int> max_seq_len;
  bool chunked_prefill = false;
  bool context_parallel = true;   ///< SGLang layouts that split a prompt over GPUs; no engine flag asks for them yet
  const LayoutSizes* sizes = nullptr;   ///< the only ones to try; nullptr = all
  SearchMemory* memory = nullptr;       ///< shared with other searches; nullptr = none
  bool dense_attention_dp = true; ///< of models without experts that state expert layouts; replicas do the same
  unsigned threads = 1;
  const std::function<bool()>* cancelled = nullptr;   ///< true: leave layouts out, the outcome will not be used
  bool keep_evaluations = false;  ///< also hand out all that was evaluated
  bool keep_rejected = false;     ///< and every rejected point with its own number
};

/// Rates and latencies of a role on its own, for autoscale picking.
struct RoleRow {
  WorkerEstimate worker;
  perf::StaticPoint point;
};

/// An aggregated operating point that fits the memory.
struct AggregatedRow {
  Estimate row;          ///< rounded
  double ttft_ms = 0;    ///< unrounded: limits are checked before rounding
  double tpot_ms = 0;
};

class Pairs;

/// All that one search evaluated, so that other targets are answered without evaluating again.
struct Evaluations {
  std::vector<std::shared_ptr<const std::vector<AggregatedRow>>> aggregated;   ///< by layout
  std::vector<RoleRow> prefill, decode;
  bool wide_experts = false;
  std::shared_ptr<Pairs> pairs;                         ///< of `prefill` and `decode` under the budget of the search; for one thread
};

/// Rows for the picker, best first (tokens/s/GPU descending), and everything that was dropped, with reasons. Rows that miss only
/// the ITL target stay in `rows`, so that a trade-off or a closest match can be shown; `summary.feasible` does not count them.
struct Outcome {
  std::vector<Estimate> rows;
  SearchSummary summary;
  std::shared_ptr<const Evaluations> evaluations;   ///< null unless asked for
  bool memory_bound = false;      ///< no worker was found, and memory alone is why: wider ones might fit
};

struct RoleOutcome {
  std::vector<RoleRow> prefill, decode;
  SearchSummary summary;
};

[[nodiscard]] Outcome search_aggregated(const Scenario& scenario, const TableStore& tables);
[[nodiscard]] Outcome search_disaggregated(const Scenario& scenario, const TableStore& tables);
[[nodiscard]] RoleOutcome search_roles(const Scenario& scenario, const TableStore& tables);

}  // namespace dynamo::search
