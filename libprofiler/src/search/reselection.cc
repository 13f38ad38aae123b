#include "search/reselection.h"

#include <algorithm>

#include "search/selection.h"
#include "search/session.h"

namespace dynamo::search {

Reselection::Reselection(const Evaluations& evaluations) : evaluations_(evaluations) {
  for (const auto& candidates : evaluations.aggregated) orders_.push_back(fastest_first(candidates));
}

const std::vector<Estimate>& Reselection::under(const Scenario& scenario) {
  const auto ladder = limit_ladder(scenario);
  if (!ladder) {
    rows_.clear();
  } else {
    rows_ = evaluations_.aggregated.empty() ? select_pairs(scenario, *ladder) : select_aggregated(*ladder);
  }
  return rows_;
}

std::vector<Estimate> Reselection::select_aggregated(const std::vector<Limits>& ladder) const {
  std::vector<const Estimate*> order;
  for (std::size_t layout = 0; layout < orders_.size(); ++layout) {
    const std::vector<AggregatedRow>& candidates = evaluations_.aggregated[layout];
    for (const std::size_t i : select(candidates, orders_[layout], ladder).kept) order.push_back(&candidates[i].row);
  }
  std::ranges::stable_sort(order, std::ranges::greater{}, &Estimate::tokens_per_s_gpu);
  std::vector<Estimate> rows;
  rows.reserve(order.size());
  for (const Estimate* row : order) rows.push_back(*row);
  return rows;
}

std::vector<Estimate> Reselection::select_pairs(const Scenario& scenario, const std::vector<Limits>& ladder) {
  const UnitRules rules = unit_rules(scenario, evaluations_.wide_experts);
  if (!pairs_ || pairs_gpus_ != rules.total_gpus) {
    pairs_.emplace(evaluations_.prefill, evaluations_.decode, rules);
    pairs_gpus_ = rules.total_gpus;
  }
  return pairs_->under(ladder);
}

}  // namespace dynamo::search
