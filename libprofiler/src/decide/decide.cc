#include <algorithm>
#include <cmath>
#include <thread>

#include "decide/provenance.h"
#include "decide/searches.h"
#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/profile.h"

namespace dynamo {

namespace {

using decision::Plan;
using decision::Searched;

Plan plan_of(const ValidatedRequest& request, const ProfileOptions& options) {
  Plan plan;
  plan.backends = request.backends;
  search::Scenario& s = plan.scenario;
  s.model = &request.model;
  s.system = request.system;
  s.version = request.perf_version;
  s.database = options.database;
  s.isl = static_cast<int>(request.isl);
  s.osl = static_cast<int>(request.osl);
  s.ttft_ms = request.ttft_ms;
  s.tpot_ms = request.itl_ms;
  s.request_latency_ms = request.e2e_ms;
  s.total_gpus = request.total_gpus;
  s.threads = options.threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : options.threads;
  plan.target = {.total_gpus = request.total_gpus, .ttft_ms = request.ttft_ms, .tpot_ms = request.itl_ms,
                 .request_latency_ms = request.e2e_ms, .request_rate = request.request_rate, .concurrency = request.concurrency};
  return plan;
}

/// Prefill and decode engines chosen on their own, one of each; a planner scales them later.
std::vector<Searched> run_autoscale(const Plan& plan, const TableStore& tables) {
  std::vector<Searched> searches;
  for (const Backend backend : plan.backends) {
    search::Scenario scenario = plan.scenario;
    scenario.backend = backend;
    const search::RoleOutcome roles = search::search_roles(scenario, tables);
    Searched searched{ServingMode::kDisaggregated, backend, {{}, roles.summary}, {}};
    searched.ranking = pick::pick_autoscale(roles.prefill, roles.decode, plan.target, scenario.osl);
    searches.push_back(std::move(searched));
  }
  return searches;
}

/// Targets that no candidate meets are dropped from the search, so that the closest can be found; the ranking still has them.
std::vector<Searched> run_plan(const ValidatedRequest& request, Plan plan, const TableStore& tables) {
  if (request.picking == PickingMode::kAutoscale) return run_autoscale(plan, tables);
  std::vector<Searched> searches = decision::run_searches(plan, tables);
  const bool found = std::ranges::any_of(searches, [](const Searched& s) { return !s.ranking.picks.empty(); });
  if (found || (!plan.scenario.ttft_ms && !plan.scenario.request_latency_ms)) return searches;
  plan.scenario.ttft_ms.reset();
  plan.scenario.request_latency_ms.reset();
  std::vector<Searched> relaxed = decision::run_searches(plan, tables);
  // The reasons for dropping belong to the targets that were asked for.
  for (std::size_t i = 0; i < relaxed.size() && i < searches.size(); ++i) {
    relaxed[i].outcome.summary = std::move(searches[i].outcome.summary);
  }
  return relaxed;
}

bool better_mode(const pick::Ranking& a, const pick::Ranking& b) {
  if (a.picks.empty() || b.picks.empty()) return !a.picks.empty();
  if (a.exceeded != b.exceeded) return !a.exceeded;
  return a.best_throughput > b.best_throughput;
}

double normalised_violation(const Estimate& unit, const pick::Target& target) {
  const auto over = [](double value, const std::optional<double>& limit) {
    return limit && *limit > 0 && value > *limit + 0.0005 ? value / *limit - 1.0 : 0.0;
  };
  if (target.request_latency_ms) return over(unit.request_latency_ms, target.request_latency_ms);
  return over(unit.ttft_ms, target.ttft_ms) + over(unit.tpot_ms, target.tpot_ms);
}

/// What the request runs with instead of the targets that are out of reach.
void note_missed_targets(const pick::Target& target, PickReport& report) {
  const Estimate& unit = report.chosen->unit;
  report.sla_met = normalised_violation(unit, target) == 0.0;
  if (report.sla_met) return;
  if (target.request_latency_ms) {
    report.best_e2e_ms = unit.request_latency_ms;
    return;
  }
  if (target.ttft_ms && unit.ttft_ms > *target.ttft_ms) report.best_ttft_ms = unit.ttft_ms;
  if (target.tpot_ms && unit.tpot_ms > *target.tpot_ms) report.best_itl_ms = unit.tpot_ms;
}

void fill_rankings(const std::vector<Searched>& searches, const pick::Target& target, PickReport& report) {
  const pick::Ranking aggregated = decision::merged(searches, ServingMode::kAggregated, target);
  const pick::Ranking disaggregated = decision::merged(searches, ServingMode::kDisaggregated, target);
  report.aggregated = aggregated.picks;
  report.disaggregated = disaggregated.picks;
  const bool disagg_first = better_mode(disaggregated, aggregated);
  const pick::Ranking& first = disagg_first ? disaggregated : aggregated;
  const pick::Ranking& second = disagg_first ? aggregated : disaggregated;
  if (first.picks.empty()) return;
  const Pick winner = first.picks.front();
  std::vector<Pick> others(first.picks.begin() + 1, first.picks.end());
  others.insert(others.end(), second.picks.begin(), second.picks.end());
  for (Pick& other : others) other.why_not = pick::why_not(other, winner, target);
  std::ranges::stable_sort(others, [&](const Pick& a, const Pick& b) {
    const double miss_a = normalised_violation(a.unit, target);
    const double miss_b = normalised_violation(b.unit, target);
    if ((miss_a == 0) != (miss_b == 0)) return miss_a == 0;
    return a.tokens_per_s_gpu_cluster > b.tokens_per_s_gpu_cluster;
  });
  report.chosen = winner;
  report.chosen->why_not.clear();
  report.ranked.push_back(*report.chosen);
  report.ranked.insert(report.ranked.end(), others.begin(), others.end());
}

/// The reasons why no search had a row, one line per backend and mode.
std::string failures_of(const std::vector<Searched>& searches) {
  std::string text;
  for (const Searched& s : searches) {
    const std::string& error = s.outcome.summary.error;
    if (error.empty()) continue;
    const std::string line = std::string(name_of(s.backend)) + ": " + error;
    if (text.find(line) == std::string::npos) text += (text.empty() ? "" : "; ") + line;
  }
  return text;
}

}  // namespace

std::expected<PickReport, Diagnostics> decide(const ValidatedRequest& request, const TableStore& tables,
                                              const ProfileOptions& options) {
  const Plan plan = plan_of(request, options);
  const std::vector<Searched> searches = run_plan(request, plan, tables);
  PickReport report;
  report.mode = request.picking;
  for (const Searched& s : searches) report.searches.push_back(s.outcome.summary);
  fill_rankings(searches, plan.target, report);
  if (report.chosen.has_value()) {
    note_missed_targets(plan.target, report);
    report.provenance = decision::provenance_of(report.chosen->unit, plan.scenario, tables);
    return report;
  }
  auto naive = naive_pick(request);
  if (!naive.has_value()) return std::unexpected(naive.error());
  naive->searches = std::move(report.searches);
  naive->provenance.tables = failures_of(searches);
  return naive;
}

}  // namespace dynamo
