#include "decide/answer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "facts/backend_facts.h"
#include "search/widening.h"

namespace dynamo::decision {
namespace {

/// How far the best row of all searches is beyond its targets; infinite without rows.
double closest(const std::vector<Searched>& searches, const pick::Target& target) {
  double best = std::numeric_limits<double>::infinity();
  for (const Searched& s : searches) {
    for (const Pick& pick : s.ranking.picks) best = std::min(best, pick::violation(pick.unit, target));
  }
  return best;
}

bool has_pick(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) { return !search.ranking.picks.empty(); });
}

/// Some point was evaluated, so that a wider limit may let one in. Those between the splits of an end-to-end target that are
/// searched meet it and count as dominated.
bool limits_are_what_fails(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) {
    return std::ranges::any_of(search.outcome.summary.dropped, [](const Infeasible& drop) {
      return drop.reason == DropReason::kTtft || drop.reason == DropReason::kItl || drop.reason == DropReason::kRequestLatency ||
             drop.reason == DropReason::kDominated;
    });
  });
}

bool cancelled(const search::Scenario& scenario) {
  return scenario.cancelled != nullptr && *scenario.cancelled && (*scenario.cancelled)();
}

/// The searches of `plan` under latency limits `factor` times as wide. Their reasons for dropping stay those of `asked`, which
/// belong to the targets that were asked for.
std::vector<Searched> run_widened(const Plan& plan, double factor, const std::vector<Searched>& asked, const TableStore& tables) {
  Plan wider = plan;
  if (wider.scenario.ttft_ms) *wider.scenario.ttft_ms *= factor;
  if (wider.scenario.request_latency_ms) *wider.scenario.request_latency_ms *= factor;
  std::vector<Searched> found = run_searches(wider, tables);
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].outcome.summary = asked[i].outcome.summary;
    found[i].widening = factor;
  }
  return found;
}

/// A search looks only at rows within the TTFT (or end-to-end) target. If none meets all targets, that limit is widened step by
/// step until no wider one can hold a closer row; the ranking keeps the targets that were asked for.
std::vector<Searched> run_widening(const Plan& plan, const TableStore& tables) {
  std::vector<Searched> best = run_searches(plan, tables);
  double distance = closest(best, plan.target);
  if (!plan.scenario.ttft_ms && !plan.scenario.request_latency_ms) return best;
  if (std::isinf(distance) && !limits_are_what_fails(best)) return best;
  for (const double factor : search::kWidening) {
    if (distance == 0 || cancelled(plan.scenario)) break;
    std::vector<Searched> found = run_widened(plan, factor, best, tables);
    if (const double reached = closest(found, plan.target); reached < distance) {
      distance = reached;
      best = std::move(found);
    }
    if (distance <= factor - 1) break;
  }
  return best;
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
