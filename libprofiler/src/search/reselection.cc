#include "search/reselection.h"

#include <algorithm>
#include <limits>

#include "search/session.h"

namespace dynamo::search {

namespace {

/// Drops the limits that show nothing new among the rows within the ITL target: one that leads under a wider limit leads under the
/// first that has room for the target too.
void leave_out_wider(std::vector<Limits>& ladder, const Scenario& scenario) {
  if (!scenario.tpot_ms || scenario.request_latency_ms) return;
  const auto first = std::ranges::find_if(ladder, [&](const Limits& limits) { return limits.tpot_ms >= *scenario.tpot_ms; });
  if (first != ladder.end()) ladder.erase(first + 1, ladder.end());
}

}  // namespace

Reselection::Reselection(const Evaluations& evaluations) : evaluations_(evaluations), pairs_(evaluations.pairs) {
  for (const auto& candidates : evaluations.aggregated) runners_.push_back(fastest_first(*candidates));
}

std::vector<const Estimate*> Reselection::under(const Scenario& scenario, bool meeting) {
  auto ladder = limit_ladder(scenario);
  if (!ladder) return {};
  if (meeting) leave_out_wider(*ladder, scenario);
  return evaluations_.aggregated.empty() ? pairs_of(scenario).under(*ladder) : select_aggregated(*ladder);
}

std::vector<const Estimate*> Reselection::select_aggregated(const std::vector<Limits>& ladder) const {
  std::vector<const Estimate*> rows;
  for (std::size_t layout = 0; layout < runners_.size(); ++layout) {
    const std::vector<AggregatedRow>& candidates = *evaluations_.aggregated[layout];
    for (const std::size_t i : select(runners_[layout], ladder).kept) rows.push_back(&candidates[i].row);
  }
  std::ranges::stable_sort(rows, std::ranges::greater{}, &Estimate::tokens_per_s_gpu);
  return rows;
}

Pairs& Reselection::pairs_of(const Scenario& scenario) {
  const UnitRules rules = unit_rules(scenario, evaluations_.wide_experts);
  if (!pairs_ || pairs_->rules().total_gpus != rules.total_gpus) {
    pairs_ = std::make_shared<Pairs>(evaluations_.prefill, evaluations_.decode, rules);
  }
  return *pairs_;
}

bool Reselection::may_meet(const Scenario& scenario) {
  constexpr double kRounding = 0.001;   // ms: targets are held against rounded rows, limits against unrounded ones
  if (scenario.request_latency_ms) return quickest_request(scenario) <= *scenario.request_latency_ms + kRounding;
  const double any = std::numeric_limits<double>::infinity();
  const Limits limits{scenario.ttft_ms.value_or(any) + kRounding, scenario.tpot_ms.value_or(any) + kRounding};
  for (const auto& candidates : evaluations_.aggregated) {
    if (std::ranges::any_of(*candidates, [&](const AggregatedRow& candidate) { return within(candidate, limits); })) return true;
  }
  return !evaluations_.decode.empty() && pairs_of(scenario).any_within(limits);
}

double Reselection::quickest_request(const Scenario& scenario) {
  double quickest = evaluations_.decode.empty() ? std::numeric_limits<double>::infinity() : pairs_of(scenario).quickest_request();
  for (const auto& candidates : evaluations_.aggregated) {
    for (const AggregatedRow& candidate : *candidates) quickest = std::min(quickest, candidate.row.request_latency_ms);
  }
  return quickest;
}

}  // namespace dynamo::search
