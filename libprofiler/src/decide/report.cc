#include "decide/report.h"

#include <algorithm>
#include <tuple>

namespace dynamo::decision {
namespace {

/// Both ways of serving, the one that won first.
struct Rankings {
  pick::Ranking first, second;
};

void fill_ranked(const Rankings& rankings, const pick::Target& target, PickReport& report) {
  const std::vector<Pick>& first = rankings.first.picks;
  const std::vector<Pick>& second = rankings.second.picks;
  if (first.empty()) return;
  const Pick& winner = first.front();
  std::vector<Pick> others(first.begin() + 1, first.end());
  others.insert(others.end(), second.begin(), second.end());
  for (Pick& other : others) other.why_not = pick::why_not(other, winner, target);
  std::ranges::stable_sort(others, {}, [&](const Pick& pick) {
    return std::tuple(pick::violation(pick.unit, target), -pick::merit(pick, target));
  });
  report.chosen = winner;
  report.chosen->why_not.clear();
  report.ranked.push_back(*report.chosen);
  report.ranked.insert(report.ranked.end(), others.begin(), others.end());
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

}  // namespace

PickReport report_of(const ValidatedRequest& request, Answer& answer) {
  const pick::Target& target = answer.plan.target;
  PickReport report;
  report.mode = request.picking;
  for (Searched& s : answer.searches) report.searches.push_back(std::move(s.outcome.summary));
  Rankings rankings{merged(answer.searches, ServingMode::kAggregated, target),
                    merged(answer.searches, ServingMode::kDisaggregated, target)};
  report.aggregated = rankings.first.picks;
  report.disaggregated = rankings.second.picks;
  if (pick::disaggregated_first(rankings.first, rankings.second, request.mocker, target)) {
    std::swap(rankings.first, rankings.second);
  }
  fill_ranked(rankings, target, report);
  if (report.chosen) note_missed_targets(target, report);
  return report;
}

}  // namespace dynamo::decision
