#include <algorithm>

#include "explain/changes.h"
#include "search/worker_match.h"

namespace dynamo::explain {
namespace {

constexpr int kMostGpus = 64;        ///< looked at for targets that nothing meets
constexpr int kMostForLoad = 1024;   ///< looked at for a load

std::optional<Answer> with_gpus(Standing& standing, int total) {
  pick::Target target = standing.target;
  target.total_gpus = total;
  return standing.answers.under(target);
}

/// Spares the budgets at which surely nothing changes.
bool may_change_with(const Standing& standing, int total) {
  if (standing.evidence.request->picking == PickingMode::kAutoscale) return true;
  const int unit_gpus = standing.pick.unit.gpus;
  const double own = rate_of_budget(standing.pick.unit, total);
  if (total / unit_gpus > standing.pick.replicas) return true;
  for (const Search& search : standing.evidence.searches) {
    if (!search.outcome->evaluations) continue;
    const bool wide = search.outcome->evaluations->wide_experts;
    const bool sizes = search.mode == ServingMode::kDisaggregated && search::unit_sizes(total, wide) != search::unit_sizes(total - 1, wide);
    if (sizes) return true;
    for (const Estimate& row : search.outcome->rows) {
      if (row.gpus > total || pick::violation(row, standing.target) > 0) continue;
      if (standing.has_load() || rate_of_budget(row, total) > own) return true;
    }
  }
  return false;
}

Value change(const Standing& standing, int total, const char* effect, const Pick& pick) {
  const int unknown = standing.answers.narrowest_unevaluated();
  const int extra = total - standing.target.total_gpus;
  Value value;
  value.set("target", "gpus");
  value.set("effect", effect);
  value.set("from", standing.target.total_gpus);
  value.set("to", total);
  value.set("extra", extra);
  value.set("exact", unknown == 0 || total < unknown);
  add_outcome(standing, pick, "+" + std::to_string(extra) + (extra == 1 ? " GPU" : " GPUs"), value);
  return value;
}

Value none_meets(const Standing& standing, int looked_at) {
  const int unknown = standing.answers.narrowest_unevaluated();
  Value value;
  value.set("target", "gpus");
  value.set("effect", "none");
  value.set("from", standing.target.total_gpus);
  value.set("to", Value());
  value.set("extra", Value());
  value.set("exact", unknown == 0);
  value.set("pick", Value());
  value.set("throughputPercent", Value());
  const std::string reach = "up to " + std::to_string(std::max(looked_at, kMostGpus)) + " GPUs";
  value.set("condition", reach);
  value.set("sentence", unknown == 0 ? reach + ": no layout of this model meets the targets"
                                     : reach + ": layouts of " + std::to_string(unknown) +
                                           " GPUs and more are not evaluated here, the others do not meet the targets");
  return value;
}

/// More GPUs help a missed target only through units that did not fit before.
Value that_meet(Standing& standing) {
  int looked_at = standing.target.total_gpus;
  for (int total = looked_at + 1; total <= kMostGpus; ++total) {
    if (search::unit_sizes(total) == search::unit_sizes(total - 1)) continue;
    looked_at = total;
    const auto answer = with_gpus(standing, total);
    if (answer && pick::violation(answer->pick.unit, standing.target) <= 0) return change(standing, total, "meets", answer->pick);
  }
  return none_meets(standing, looked_at);
}

}  // namespace

Value more_gpus(Standing& standing) {
  if (!standing.targets_met) return that_meet(standing);
  const bool load = standing.has_load();
  if (load && standing.satisfied) return {};   // the fewest GPUs already
  const int last = load ? kMostForLoad : (standing.pick.replicas + 1) * standing.pick.unit.gpus;
  for (int total = standing.target.total_gpus + 1; total <= last; ++total) {
    if (!may_change_with(standing, total)) continue;
    const auto answer = with_gpus(standing, total);
    const bool accepted = answer && (load ? answer->met : !same_pick(answer->pick, standing.pick));
    if (accepted) return change(standing, total, load ? "meets" : "pickChanges", answer->pick);
  }
  return {};
}

}  // namespace dynamo::explain
