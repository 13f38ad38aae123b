#pragma once

#include <string>
#include <vector>

#include "explain/explanation.h"

namespace dynamo::explain {

/// What became of the operating points of one layout in one role on one backend.
struct Fate {
  ServingMode mode = ServingMode::kAggregated;
  Backend backend = Backend::kTrtllm;
  std::string role;                       ///< agg, prefill or decode
  Parallelism parallel;
  std::int64_t evaluated = 0;             ///< points that fit the memory
  const Estimate* best = nullptr;         ///< aggregated: the fastest that meets the targets
  const Estimate* nearest = nullptr;      ///< aggregated: the one nearest to the targets when none meets them
  const search::RoleRow* worker = nullptr;   ///< prefill and decode: the fastest within the role's own target, else the quickest
  std::vector<const Infeasible*> drops;   ///< by reason
};

/// Every layout that was enumerated, in the order of the searches.
[[nodiscard]] std::vector<Fate> fates_of(const Evidence& evidence);

/// The reason that dropped most of a layout's points.
[[nodiscard]] const Infeasible* main_drop(const Fate& fate);

/// The one reason why a layout is not the pick.
[[nodiscard]] std::string fate_text(const Evidence& evidence, const Fate& fate);

/// As the one unit of a deployment that fills the budget (or carries the load), with the reason why it lost.
[[nodiscard]] Pick deployed(const Evidence& evidence, const Estimate& unit);
/// The same in so many units, which may be more than the budget holds, each of them under its share of a load.
[[nodiscard]] Pick deployed_as(const Evidence& evidence, const Estimate& unit, int units);

/// What a dropped point needs and has, as a sentence.
[[nodiscard]] std::string drop_text(const Infeasible& drop, bool moe);
[[nodiscard]] Value drop_value(const Infeasible& drop, bool moe);

}  // namespace dynamo::explain
