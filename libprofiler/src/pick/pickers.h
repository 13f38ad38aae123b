#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dynamo/profiler/pick.h"
#include "pick/rows.h"
#include "search/search.h"

namespace dynamo::pick {

/// What a ranking is measured against.
struct Target {
  int total_gpus = 0;
  std::optional<double> ttft_ms;
  std::optional<double> tpot_ms;
  std::optional<double> request_latency_ms;   ///< replaces tpot
  std::optional<double> request_rate;         ///< load match
  std::optional<double> concurrency;          ///< load match
  bool by_cost = false;                       ///< tokens per GPU that is paid, instead of per GPU of the budget
  int top_n = 5;
  bool reference_order = false;               ///< cases only: rank exactly as the reference does where docs/search.md differs
};

/// Ranked rows and whether they meet the target; `exceeded` = none does and the closest stand first.
struct Ranking {
  std::vector<Pick> picks;
  bool exceeded = false;
  bool capped = false;                        ///< load match: the budget carries only part of the load
  double best_throughput = 0;                 ///< tokens/s/GPU of the cluster; load match: part of the load carried / GPUs
};

[[nodiscard]] Ranking pick_default(const Rows& rows, const Target& target);
[[nodiscard]] Ranking pick_load_match(const Rows& rows, const Target& target);
[[nodiscard]] Ranking pick_autoscale(std::span<const search::RoleRow> prefill,
                                     std::span<const search::RoleRow> decode,
                                     const Target& target,
                                     int osl);

/// Moves the workers that miss their role's own target from `summary.feasible` to what was dropped.
void account_for_targets(const search::RoleOutcome& roles, const Target& target, int osl, SearchSummary& summary);

/// The ranking that the target asks for: load match where it names a load.
[[nodiscard]] Ranking rank(const Rows& rows, const Target& target);

/// Rankings of one way of serving on several backends as one: best first, at most `top_n`.
[[nodiscard]] Ranking merged(std::span<const Ranking* const> rankings, const Target& target);

/// Whether `a` is chosen although `b` was ranked too; a tie goes to `b`.
[[nodiscard]] bool preferred(const Ranking& a, const Ranking& b, const Target& target);

/// Which way of serving is chosen. `apart`: a mocker replays prefill and decode engines, never one that does both.
[[nodiscard]] bool disaggregated_first(const Ranking& aggregated, const Ranking& disaggregated, bool apart, const Target& target);

/// Units that carry the whole load of the target: whole units, at least one; infinity of a row that serves nothing.
[[nodiscard]] double units_needed(const Estimate& row, const Target& target);

/// Whether a row meets every target and its units carry the whole load within the budget.
[[nodiscard]] bool suffices(const Estimate& row, const Target& target);
/// Whether a worker keeps what the targets leave to its role.
[[nodiscard]] bool prefill_suffices(const search::RoleRow& row, const Target& target);
[[nodiscard]] bool decode_suffices(const search::RoleRow& row, const Target& target, int osl);

/// How far a row is beyond the target it misses most, as a fraction of it; 0 = meets all.
[[nodiscard]] double violation(const Estimate& row, const Target& target);

/// What a ranking without a load maximises, tokens/s per GPU.
[[nodiscard]] double merit(const Pick& pick, const Target& target);

/// The one reason why `loser` stands behind `winner`, e.g. `21 % less throughput, ITL 2.6x better`. Also for rankings merged by the caller.
[[nodiscard]] std::string why_not(const Pick& loser, const Pick& winner, const Target& target);

}  // namespace dynamo::pick
