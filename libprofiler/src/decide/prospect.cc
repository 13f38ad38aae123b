#include "decide/prospect.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

#include "search/pairs.h"
#include "search/rounding.h"

namespace dynamo::decision {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a point is judged by, and when a search sees it.
struct Point {
  double distance = kInfinity;   ///< beyond the targets, as of a row; of several rows the least
  double seen_from = kInfinity;  ///< the smallest TTFT (or end-to-end) limit that can let it in, ms
};

Point point_of(const Estimate& row, double ttft_ms, double tpot_ms, const search::Scenario& scenario, const pick::Target& target) {
  const double rest = tpot_ms * std::max(scenario.osl - 1, 0);
  return {pick::violation(row, target), scenario.request_latency_ms ? ttft_ms + rest : ttft_ms};
}

/// A prefill worker with the quickest decode worker of all, whether they fit together or not: no pair with it is nearer.
Point best_pair_of(const search::RoleRow& prefill, double least_tpot_ms, const search::Scenario& scenario,
                   const pick::Target& target) {
  Estimate row;
  const double ttft_ms = search::queued_ttft(prefill);
  row.ttft_ms = search::round3(ttft_ms);
  row.tpot_ms = search::round3(least_tpot_ms);
  row.request_latency_ms = search::round3(ttft_ms + least_tpot_ms * std::max(scenario.osl - 1, 0));
  return point_of(row, ttft_ms, least_tpot_ms, scenario, target);
}

/// Whether some point of `points` makes a wider search worth it.
template <typename Points>
bool any_promising(Points&& points, const std::pair<double, double>& limits, double distance, bool only_new) {
  const auto let_in = [&](const Point& point) { return point.seen_from <= limits.second; };
  const auto is_new = [&](const Point& point) { return !only_new || point.seen_from > limits.first; };
  return std::ranges::any_of(points, [&](const Point& point) { return point.distance < distance && let_in(point) && is_new(point); });
}

}  // namespace

bool may_come_closer(const search::Evaluations& kept, const search::Scenario& scenario, const pick::Target& target,
                     const Widths& widths, double distance) {
  // Splits of an end-to-end limit move with it, and a row that carries no load hides others: there, and where more prefill
  // workers than a search looks at stand in line, what was let in before may show only now.
  const bool in_line = !scenario.request_latency_ms && !target.request_rate && !target.concurrency;
  constexpr double kSlack = 1 + 1e-9;   // the sum of a split is not exact
  const double limit = scenario.request_latency_ms ? *scenario.request_latency_ms * kSlack : scenario.ttft_ms.value_or(kInfinity);
  const std::pair limits{limit * widths.before, limit * widths.now};
  const bool aggregated = std::ranges::any_of(kept.aggregated, [&](const auto& rows) {
    return any_promising(*rows | std::views::transform([&](const search::AggregatedRow& candidate) {
      return point_of(candidate.row, candidate.ttft_ms, candidate.tpot_ms, scenario, target);
    }), limits, distance, in_line);
  });
  if (aggregated || kept.decode.empty()) return aggregated;
  const auto tpot = [](const search::RoleRow& row) { return row.point.tpot_ms; };
  const double least_tpot = std::ranges::min(kept.decode | std::views::transform(tpot));
  return any_promising(kept.prefill | std::views::transform([&](const search::RoleRow& prefill) {
    return best_pair_of(prefill, least_tpot, scenario, target);
  }), limits, distance, in_line && kept.prefill.size() <= search::kPrefillRows);
}

}  // namespace dynamo::decision
