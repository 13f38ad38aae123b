#include "decide/answer.h"

#include <algorithm>

#include "decide/widening.h"
#include "facts/backend_facts.h"

namespace dynamo::decision {
namespace {

bool has_pick(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) { return !search.ranking.picks.empty(); });
}

std::vector<Searched> run_plan(const ValidatedRequest& request, const Plan& plan, const TableStore& tables) {
  return request.picking == PickingMode::kAutoscale ? run_autoscale(plan, tables) : run_widening(plan, tables);
}

}  // namespace

/// In mode kAuto the first tier with a layout answers: what is measured throughout wins over what is not, however promising.
Answer answer_of(const ValidatedRequest& request, Plan plan, const TableStore& tables) {
  const bool by_tier = plan.scenario.database == DatabaseMode::kAuto;
  if (by_tier) plan.scenario.database = DatabaseMode::kSilicon;
  std::vector<Searched> searches = run_plan(request, plan, tables);
  if (!by_tier || has_pick(searches)) return {std::move(plan), std::move(searches)};
  Plan lower = plan;
  lower.scenario.database = DatabaseMode::kAuto;
  std::erase_if(lower.backends, [&](Backend backend) { return !facts::why_not_on(backend, *request.system).empty(); });
  if (lower.backends.empty()) return {std::move(plan), std::move(searches)};
  searches = run_plan(request, lower, tables);
  return {std::move(lower), std::move(searches)};
}

}  // namespace dynamo::decision
