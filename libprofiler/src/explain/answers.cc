#include "explain/answers.h"

#include <algorithm>
#include <limits>

#include "search/widening.h"
#include "search/worker_match.h"

namespace dynamo::explain {
namespace {

search::Scenario scenario_under(const Evidence& evidence, const Search& search, const pick::Target& target, double widening) {
  search::Scenario scenario = *evidence.scenario;
  scenario.backend = search.backend;
  scenario.ttft_ms = target.ttft_ms;
  scenario.tpot_ms = target.tpot_ms;
  scenario.request_latency_ms = target.request_latency_ms;
  if (scenario.request_latency_ms) *scenario.request_latency_ms *= widening;
  if (scenario.ttft_ms) *scenario.ttft_ms *= widening;
  scenario.total_gpus = target.total_gpus;
  return scenario;
}

/// Rows of a search depend on the ITL target not at all, and on the budget only through the sizes of units.
bool same_rows(const Evidence& evidence, const Search& search, const pick::Target& target, double widening) {
  const pick::Target& base = *evidence.target;
  if (search.widening != widening) return false;
  if (base.ttft_ms != target.ttft_ms || base.request_latency_ms != target.request_latency_ms) return false;
  if (search.mode == ServingMode::kAggregated || base.total_gpus == target.total_gpus) return true;
  const bool wide = search.outcome->evaluations->wide_experts;
  return search::unit_sizes(base.total_gpus, wide) == search::unit_sizes(target.total_gpus, wide);
}

}  // namespace

Answers::Answers(const Evidence& evidence) : evidence_(evidence) {
  for (const Search& search : evidence.searches) {
    const search::Evaluations* kept = search.outcome->evaluations.get();
    reselections_.push_back(kept == nullptr ? std::nullopt : std::optional<search::Reselection>(*kept));
  }
}

pick::Ranking Answers::rank(std::size_t index, const pick::Target& target, double widening, bool meeting) {
  const Search& search = evidence_.searches[index];
  if (!reselections_[index]) return {};
  if (evidence_.request->picking == PickingMode::kAutoscale) {
    const search::Evaluations& kept = *search.outcome->evaluations;
    return pick::pick_autoscale(kept.prefill, kept.decode, target, static_cast<int>(evidence_.request->osl));
  }
  if (same_rows(evidence_, search, target, widening)) return pick::rank(search.outcome->rows, target);
  return pick::rank(reselections_[index]->under(scenario_under(evidence_, search, target, widening), meeting), target);
}

std::optional<Answer> Answers::under(const pick::Target& target) {
  if (auto quick = within(target, 1, true); quick && pick::violation(quick->pick.unit, target) <= 0) return quick;
  auto best = within(target, 1);
  // As a decision does: limits between those of the search may hide a row that only wider ones show.
  const bool widens = target.request_latency_ms || target.ttft_ms;
  if (!widens || evidence_.request->picking == PickingMode::kAutoscale) return best;
  double distance = best ? pick::violation(best->pick.unit, target) : std::numeric_limits<double>::infinity();
  for (const double factor : search::kWidening) {
    if (distance == 0) break;
    auto wider = within(target, factor);
    if (wider && pick::violation(wider->pick.unit, target) < distance) {
      distance = pick::violation(wider->pick.unit, target);
      best = std::move(wider);
    }
    if (distance <= factor - 1) break;
  }
  return best;
}

std::optional<Answer> Answers::within(const pick::Target& target, double widening, bool meeting) {
  pick::Target first = target;
  first.top_n = 1;
  std::vector<pick::Ranking> aggregated, disaggregated;
  for (std::size_t i = 0; i < evidence_.searches.size(); ++i) {
    // Five of each role are paired, so an autoscale ranking has to be asked for in full.
    const bool autoscale = evidence_.request->picking == PickingMode::kAutoscale;
    const bool is_aggregated = evidence_.searches[i].mode == ServingMode::kAggregated;
    (is_aggregated ? aggregated : disaggregated).push_back(rank(i, autoscale ? target : first, widening, meeting));
  }
  const auto merged = [&](const std::vector<pick::Ranking>& rankings) {
    std::vector<const pick::Ranking*> pointers;
    for (const pick::Ranking& ranking : rankings) pointers.push_back(&ranking);
    return pick::merged(pointers, first);
  };
  pick::Ranking chosen = merged(aggregated);
  pick::Ranking other = merged(disaggregated);
  if (pick::disaggregated_first(chosen, other, evidence_.request->mocker, first)) std::swap(chosen, other);
  if (chosen.picks.empty()) return std::nullopt;
  const Pick& pick = chosen.picks.front();
  return Answer{pick, target, pick::violation(pick.unit, target) <= 0 && pick.load_served_percent >= 100};
}

bool Answers::may_meet(const pick::Target& target) {
  if (evidence_.request->picking == PickingMode::kAutoscale) return true;
  for (std::size_t i = 0; i < reselections_.size(); ++i) {
    if (!reselections_[i]) continue;
    if (reselections_[i]->may_meet(scenario_under(evidence_, evidence_.searches[i], target, 1))) return true;
  }
  return false;
}

std::optional<Answer> Answers::meeting(const pick::Target& target) {
  if (!may_meet(target)) return std::nullopt;
  const auto if_met = [&](std::optional<Answer> answer) {
    return answer && pick::violation(answer->pick.unit, target) <= 0 ? std::move(answer) : std::nullopt;
  };
  auto answer = within(target, 1, true);
  const double miss = answer ? pick::violation(answer->pick.unit, target) : std::numeric_limits<double>::infinity();
  if (miss <= 0) return answer;
  // So near a miss, a decision widens its limits once.
  const bool widens_once = miss <= search::kWidening[0] - 1 && evidence_.request->picking != PickingMode::kAutoscale;
  return if_met(widens_once ? within(target, search::kWidening[0], true) : under(target));
}

double Answers::quickest_request() {
  double quickest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < reselections_.size(); ++i) {
    if (!reselections_[i]) continue;
    const search::Scenario scenario = scenario_under(evidence_, evidence_.searches[i], *evidence_.target, 1);
    quickest = std::min(quickest, reselections_[i]->quickest_request(scenario));
  }
  return quickest;
}

int Answers::narrowest_unevaluated() const {
  int narrowest = 0;
  for (const Search& search : evidence_.searches) {
    for (const Infeasible& drop : search.summary->dropped) {
      const int gpus = drop.parallel.gpus();
      const bool beyond = drop.reason == DropReason::kBudget && gpus > evidence_.target->total_gpus;
      if (beyond && (narrowest == 0 || gpus < narrowest)) narrowest = gpus;
    }
  }
  // A single GPU has no disaggregated search at all.
  if (evidence_.target->total_gpus == 1) return 2;
  return narrowest;
}

bool same_layout(const Pick& a, const Pick& b) {
  return a.unit.mode == b.unit.mode && a.unit.decode.backend == b.unit.decode.backend &&
         a.unit.prefill.parallel == b.unit.prefill.parallel && a.unit.decode.parallel == b.unit.decode.parallel;
}

bool same_pick(const Pick& a, const Pick& b) {
  return same_layout(a, b) && a.replicas == b.replicas && a.unit.prefill_workers == b.unit.prefill_workers &&
         a.unit.decode_workers == b.unit.decode_workers && a.unit.prefill.batch == b.unit.prefill.batch &&
         a.unit.decode.batch == b.unit.decode.batch && a.unit.ctx_tokens == b.unit.ctx_tokens;
}

}  // namespace dynamo::explain
