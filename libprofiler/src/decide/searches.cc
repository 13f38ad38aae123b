#include "decide/searches.h"

#include <algorithm>

namespace dynamo::decision {

namespace {

bool has_load(const pick::Target& target) { return target.request_rate || target.concurrency; }

pick::Ranking rank(const std::vector<Estimate>& rows, const pick::Target& target) {
  return has_load(target) ? pick::pick_load_match(rows, target) : pick::pick_default(rows, target);
}

}  // namespace

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
  for (Searched& search : searches) search.ranking = rank(search.outcome.rows, plan.target);
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
  pick::Ranking all;
  bool first = true;
  for (const Searched& search : searches) {
    if (search.mode != mode || search.ranking.picks.empty()) continue;
    const pick::Ranking& one = search.ranking;
    // A backend that meets the target makes those that do not irrelevant.
    if (!first && one.exceeded && !all.exceeded) continue;
    if (first || (all.exceeded && !one.exceeded)) {
      all = one;
    } else {
      all.picks.insert(all.picks.end(), one.picks.begin(), one.picks.end());
      all.best_throughput = std::max(all.best_throughput, one.best_throughput);
      all.capped = all.capped && one.capped;
    }
    first = false;
  }
  if (!all.exceeded || !target.reference_order) {
    std::ranges::stable_sort(all.picks, [&](const Pick& a, const Pick& b) {
      if (all.exceeded && violation(a.unit, target) != violation(b.unit, target)) {
        return violation(a.unit, target) < violation(b.unit, target);
      }
      if (has_load(target) && !all.capped && a.gpus_used != b.gpus_used) return a.gpus_used < b.gpus_used;
      return a.tokens_per_s_gpu_cluster > b.tokens_per_s_gpu_cluster;
    });
  }
  if (all.picks.size() > static_cast<std::size_t>(target.top_n)) all.picks.resize(static_cast<std::size_t>(target.top_n));
  return all;
}

}  // namespace dynamo::decision
