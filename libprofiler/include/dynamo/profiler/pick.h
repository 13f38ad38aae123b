#pragma once

#include <optional>
#include <string>
#include <string_view>
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

/// Factors between which 80 % of the truth lies, by a prediction of 1.
struct Band {
  double low = 1, high = 1;
};

/// How far the predictions of a modelled pick can be from the truth.
struct ErrorBand {
  Band ttft, itl, throughput;
};

// Tiers: how far a prediction can be trusted.
inline constexpr std::string_view kTierMeasured = "measured";
inline constexpr std::string_view kTierModelled = "modelled";
inline constexpr std::string_view kTierUnverified = "unverified";

/// A kernel whose measured rows cannot be right, and that matters for the pass it runs in.
struct SuspectKernel {
  std::string pass;                       ///< prefill or decode
  std::string kernel;
  std::string contradicts;                ///< neighbours: less work takes longer; roofline: much slower than such kernels are
  double factor = 1;                      ///< measured time over what they allow
  double excess_share = 0;                ///< of the time of the pass
};

/// Share of operator time by where its number came from; the first four sum to 1.
struct Provenance {
  double looked_up = 0, interpolated = 0, extrapolated = 0, modelled = 0;
  std::string tier;                       ///< measured, modelled or unverified
  std::string tables;                     ///< e.g. `aiconfigurator-core 0.12.0, trtllm 1.3.0rc20`
  /// Part of `modelled`: estimates of kernels that tables usually answer. The rest of it are kernels that nobody measures (norms,
  /// copies), priced by their traffic.
  double estimated = 0;
  std::optional<ErrorBand> band = {};     ///< of the modelled tier
  std::vector<SuspectKernel> suspects = {};///< measured rows not to be believed; empty = none, or too little to matter
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
