#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "decide/provenance.h"
#include "decide/searches.h"
#include "decide/table_checks.h"
#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/profile.h"
#include "explain/explanation.h"
#include "facts/backend_facts.h"
#include "search/memo.h"
#include "search/widening.h"

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
  s.context_parallel = false;   // what cannot be deployed must not be picked
  s.dense_attention_dp = false;
  s.threads = options.threads == 0 ? std::max(1u, std::thread::hardware_concurrency()) : options.threads;
  s.cancelled = &options.cancelled;
  s.keep_evaluations = options.explain.has_value();
  s.memory = options.memory.get();
  s.sizes = &options.sizes;
  plan.target = {.total_gpus = options.any_number_of_units ? 0 : request.total_gpus, .ttft_ms = request.ttft_ms, .tpot_ms = request.itl_ms,
                 .request_latency_ms = request.e2e_ms, .request_rate = request.request_rate, .concurrency = request.concurrency};
  plan.target.by_cost = options.objective == ProfileOptions::Objective::kCost;
  return plan;
}

/// Prefill and decode engines chosen on their own, one of each; a planner scales them later.
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
          search::Evaluations{{}, std::move(roles.prefill), std::move(roles.decode), false, 0, 0});
    }
    searches.push_back(std::move(searched));
  }
  return searches;
}

/// How far the best row of all searches is beyond its targets; infinite without rows.
double closest(const std::vector<Searched>& searches, const pick::Target& target) {
  double best = std::numeric_limits<double>::infinity();
  for (const Searched& s : searches) {
    for (const Pick& pick : s.ranking.picks) best = std::min(best, pick::violation(pick.unit, target));
  }
  return best;
}

/// Some layout failed for its latency alone, so that a wider limit may let one in.
bool latency_is_what_fails(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) {
    return std::ranges::any_of(search.outcome.summary.dropped, [](const Infeasible& drop) {
      return drop.reason == DropReason::kTtft || drop.reason == DropReason::kItl || drop.reason == DropReason::kRequestLatency;
    });
  });
}

/// A search looks only at rows within the TTFT (or end-to-end) target. If none meets all targets, that limit is widened step by
/// step until no wider one can hold a closer row; the ranking keeps the targets that were asked for.
std::vector<Searched> run_plan(const ValidatedRequest& request, const Plan& plan, const TableStore& tables) {
  if (request.picking == PickingMode::kAutoscale) return run_autoscale(plan, tables);
  std::vector<Searched> best = decision::run_searches(plan, tables);
  double distance = closest(best, plan.target);
  if (std::isinf(distance) && !latency_is_what_fails(best)) return best;
  for (const double factor : search::kWidening) {
    if (plan.scenario.cancelled != nullptr && *plan.scenario.cancelled && (*plan.scenario.cancelled)()) break;
    if (distance == 0 || !(plan.scenario.ttft_ms || plan.scenario.request_latency_ms)) break;
    Plan wider = plan;
    if (wider.scenario.ttft_ms) *wider.scenario.ttft_ms *= factor;
    if (wider.scenario.request_latency_ms) *wider.scenario.request_latency_ms *= factor;
    std::vector<Searched> found = decision::run_searches(wider, tables);
    // The reasons for dropping belong to the targets that were asked for.
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i].outcome.summary = best[i].outcome.summary;
      found[i].widening = factor;
    }
    if (closest(found, plan.target) < distance) {
      distance = closest(found, plan.target);
      best = std::move(found);
    }
    if (distance <= factor - 1) break;
  }
  return best;
}

/// What was searched and what was found.
struct Answer {
  Plan plan;
  std::vector<Searched> searches;
};

bool has_pick(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) { return !search.ranking.picks.empty(); });
}

/// In mode kAuto the first tier with a layout answers: what is measured throughout wins over what is not, however promising.
Answer first_answer(const ValidatedRequest& request, Plan plan, const TableStore& tables) {
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

/// What the request runs with instead of the targets that are out of reach.
void note_missed_targets(const pick::Target& target, PickReport& report) {
  const Estimate& unit = report.chosen->unit;
  report.sla_met = pick::violation(unit, target) == 0.0;
  if (report.sla_met) return;
  if (target.request_latency_ms) {
    report.best_e2e_ms = unit.request_latency_ms;
    return;
  }
  if (target.ttft_ms && unit.ttft_ms > *target.ttft_ms) report.best_ttft_ms = unit.ttft_ms;
  if (target.tpot_ms && unit.tpot_ms > *target.tpot_ms) report.best_itl_ms = unit.tpot_ms;
}

void fill_rankings(const std::vector<Searched>& searches, const pick::Target& target, bool apart, PickReport& report) {
  const pick::Ranking aggregated = decision::merged(searches, ServingMode::kAggregated, target);
  const pick::Ranking disaggregated = decision::merged(searches, ServingMode::kDisaggregated, target);
  report.aggregated = aggregated.picks;
  report.disaggregated = disaggregated.picks;
  const bool disagg_first = pick::disaggregated_first(aggregated, disaggregated, apart, target);
  const pick::Ranking& first = disagg_first ? disaggregated : aggregated;
  const pick::Ranking& second = disagg_first ? aggregated : disaggregated;
  if (first.picks.empty()) return;
  const Pick winner = first.picks.front();
  std::vector<Pick> others(first.picks.begin() + 1, first.picks.end());
  others.insert(others.end(), second.picks.begin(), second.picks.end());
  for (Pick& other : others) other.why_not = pick::why_not(other, winner, target);
  std::ranges::stable_sort(others, [&](const Pick& a, const Pick& b) {
    const double miss_a = pick::violation(a.unit, target);
    const double miss_b = pick::violation(b.unit, target);
    if (miss_a != miss_b) return miss_a < miss_b;
    return pick::merit(a, target) > pick::merit(b, target);
  });
  report.chosen = winner;
  report.chosen->why_not.clear();
  report.ranked.push_back(*report.chosen);
  report.ranked.insert(report.ranked.end(), others.begin(), others.end());
}

/// Why a search had no row: its own error, else what stopped its first layout.
std::string failure_of(const SearchSummary& summary) {
  if (!summary.error.empty()) return summary.error;
  for (const Infeasible& drop : summary.dropped) {
    if (!drop.detail.empty()) return drop.detail;
  }
  return {};
}

std::string failures_of(const std::vector<SearchSummary>& searches) {
  std::string text;
  for (const SearchSummary& summary : searches) {
    const std::string failure = failure_of(summary);
    const std::string line = std::string(name_of(summary.backend)) + ": " + failure;
    if (!failure.empty() && text.find(line) == std::string::npos) text += (text.empty() ? "" : "; ") + line;
  }
  return text;
}

/// The layout that came nearest to fitting the memory, when memory is what stopped the model.
const Infeasible* nearest_memory_miss(const std::vector<SearchSummary>& searches) {
  const Infeasible* nearest = nullptr;
  for (const SearchSummary& summary : searches) {
    for (const Infeasible& drop : summary.dropped) {
      const bool memory = drop.reason == DropReason::kMemory || drop.reason == DropReason::kKvCache;
      if (memory && (nearest == nullptr || drop.value - drop.limit < nearest->value - nearest->limit)) nearest = &drop;
    }
  }
  return nearest;
}

std::string gib(double value) { return std::to_string(static_cast<std::int64_t>(std::ceil(value))) + " GiB"; }

Diagnostics does_not_fit(const ValidatedRequest& request, const Infeasible& miss, const PickReport& naive) {
  const bool kv = miss.reason == DropReason::kKvCache;
  Diagnostics diagnostics;
  diagnostics.add({.severity = Severity::kError, .code = DiagnosticCode::kUnsupported, .rule = "model.fit",
                   .path = "spec.hardware", .bad_value = {},
                   .reason = request.model_name + " does not fit: the nearest layout, " +
                             miss.parallel.label(request.model.is_moe()) + " at batch " + std::to_string(std::max(miss.batch, 1)) +
                             ", needs " + gib(miss.value) + (kv ? " of KV cache" : "") + " per GPU and has " + gib(miss.limit),
                   .hint = "use more GPUs, GPUs with more memory, a quantised checkpoint or shorter sequences; weights alone " +
                           std::string("fit from ") + std::to_string(naive.chosen->unit.gpus) + " GPUs",
                   .source = {}, .mark = {}});
  return diagnostics;
}

Decision explained(const ValidatedRequest& request, const Plan& plan, const std::vector<Searched>& searches,
                   const TableStore& tables, PickReport report, const ProfileOptions& options) {
  Decision decision{std::move(report), {}, {}};
  if (!options.explain.has_value()) return decision;
  explain::Evidence evidence{&request, &decision.report, &plan.scenario, &plan.target, {}, &tables};
  for (const Searched& searched : searches) {
    evidence.searches.push_back({searched.mode, searched.backend, &searched.outcome, searched.widening});
  }
  decision.explanation = explain::explanation_of(evidence, *options.explain, decision.findings);
  return decision;
}

}  // namespace

std::shared_ptr<SearchMemory> make_search_memory() { return std::make_shared<SearchMemory>(); }

std::expected<Decision, Diagnostics> decide_and_explain(const ValidatedRequest& request, const TableStore& tables,
                                                        const ProfileOptions& options) {
  if (Diagnostics problems = decision::check_tables(request, tables); problems.has_errors()) return std::unexpected(problems);
  const auto [plan, searches] = first_answer(request, plan_of(request, options), tables);
  if (options.cancelled && options.cancelled()) {
    return std::unexpected(one_error(DiagnosticCode::kTooLarge, "profile.cancelled", "the search was ended before it was done"));
  }
  if (options.on_row) {
    for (const Searched& s : searches) std::ranges::for_each(s.outcome.rows, options.on_row);
  }
  PickReport report;
  report.mode = request.picking;
  for (const Searched& s : searches) report.searches.push_back(s.outcome.summary);
  fill_rankings(searches, plan.target, request.mocker, report);
  if (report.chosen.has_value()) {
    note_missed_targets(plan.target, report);
    report.provenance = decision::provenance_of(report.chosen->unit, plan.scenario, tables);
    return explained(request, plan, searches, tables, std::move(report), options);
  }
  auto naive = naive_pick(request);
  if (!naive.has_value()) return std::unexpected(naive.error());
  if (const Infeasible* miss = nearest_memory_miss(report.searches); miss != nullptr) {
    return std::unexpected(does_not_fit(request, *miss, *naive));
  }
  naive->provenance.tables = failures_of(report.searches);
  naive->searches = std::move(report.searches);
  return explained(request, plan, searches, tables, std::move(*naive), options);
}

std::expected<PickReport, Diagnostics> decide(const ValidatedRequest& request, const TableStore& tables,
                                              const ProfileOptions& options) {
  auto decision = decide_and_explain(request, tables, options);
  if (!decision.has_value()) return std::unexpected(std::move(decision.error()));
  return std::move(decision->report);
}

}  // namespace dynamo
