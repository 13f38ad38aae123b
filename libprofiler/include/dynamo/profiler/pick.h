#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/search_summary.h"

namespace dynamo {

/// A ranked choice: a unit and how often it is deployed.
struct Pick {
  Estimate unit;
  int replicas = 1;                       ///< units deployed
  int gpus_used = 0;                      ///< replicas * unit.gpus
  double tokens_per_s_gpu_cluster = 0;    ///< per GPU of the budget, idle ones included
  double load_served_percent = 100;       ///< load match only
  std::string why_not;                    ///< runners-up: the one reason it lost; empty for the pick
};

/// `2 x tp4` or `2 x (1P tp2 + 1D tp2)`.
[[nodiscard]] std::string layout_text(const Pick& pick, bool moe);

/// Share of operator time by where its number came from; sums to 1.
struct Provenance {
  double looked_up = 0, interpolated = 0, extrapolated = 0, modelled = 0;
  std::string tier;                       ///< measured, modelled or unverified
  std::string tables;                     ///< e.g. `aiconfigurator-core 0.12.0, trtllm 1.3.0rc20`
};

/// The decision.
struct PickReport {
  PickingMode mode = PickingMode::kDefault;
  std::optional<Pick> chosen;             ///< absent only when nothing can run at all
  std::vector<Pick> ranked;               ///< the chosen one first, then runners-up, all serving modes merged
  std::vector<Pick> aggregated;           ///< at most five, best first
  std::vector<Pick> disaggregated;
  bool sla_met = true;
  std::optional<double> best_ttft_ms, best_itl_ms, best_e2e_ms;   ///< achievable values used in place of missed targets
  std::vector<SearchSummary> searches;
  Provenance provenance;
  bool naive = false;                     ///< memory-fit rule without a performance model
};

}  // namespace dynamo
