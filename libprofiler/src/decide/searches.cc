#include "decide/searches.h"

#include <algorithm>

namespace dynamo::decision {

std::vector<Searched> run_searches(const Plan& plan, const TableStore& tables) {
  std::vector<Searched> searches;
  for (const Backend backend : plan.backends) {
    search::Scenario scenario = plan.scenario;
    scenario.backend = backend;
    if (plan.aggregated) {
      searches.push_back({ServingMode::kAggregated, backend, search::search_aggregated(scenario, tables), {}});
    }
    if (plan.disaggregated && scenario.total_gpus >= 2) {
      searches.push_back({ServingMode::kDisaggregated, backend, search::search_disaggregated(scenario, tables), {}});
    }
  }
  for (Searched& search : searches) search.ranking = pick::rank(search.outcome.rows, plan.target);
  return searches;
}

std::vector<Searched> run_autoscale(const Plan& plan, const TableStore& tables) {
  std::vector<Searched> searches;
  for (const Backend backend : plan.backends) {
    search::Scenario scenario = plan.scenario;
    scenario.backend = backend;
    search::RoleOutcome roles = search::search_roles(scenario, tables);
    Searched searched{ServingMode::kDisaggregated, backend, {{}, roles.summary, {}, false}, {}};
    searched.ranking = pick::pick_autoscale(roles.prefill, roles.decode, plan.target, scenario.osl);
    if (scenario.keep_evaluations) {
      pick::account_for_targets(roles, plan.target, scenario.osl, searched.outcome.summary);
      searched.outcome.evaluations = std::make_shared<search::Evaluations>(
          search::Evaluations{{}, std::move(roles.prefill), std::move(roles.decode), false, nullptr});
    }
    searches.push_back(std::move(searched));
  }
  return searches;
}

std::vector<Searched> run_sizing(Plan plan, const TableStore& tables) {
  constexpr int kWidestWorker = 64;   // GPUs
  search::Scenario& scenario = plan.scenario;
  scenario.unit_gpus = scenario.system->gpus_per_node;
  plan.target.total_gpus = 0;
  for (scenario.total_gpus = *scenario.unit_gpus;; scenario.total_gpus *= 2) {
    std::vector<Searched> searches = run_searches(plan, tables);
    const bool could_grow = std::ranges::any_of(searches, [](const Searched& s) { return s.outcome.memory_bound; });
    if (!could_grow || scenario.total_gpus * 2 > kWidestWorker) return searches;
  }
}

pick::Ranking merged(const std::vector<Searched>& searches, ServingMode mode, const pick::Target& target) {
  std::vector<const pick::Ranking*> rankings;
  for (const Searched& search : searches) {
    if (search.mode == mode) rankings.push_back(&search.ranking);
  }
  return pick::merged(rankings, target);
}

}  // namespace dynamo::decision
