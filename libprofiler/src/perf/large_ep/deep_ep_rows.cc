#include "perf/large_ep/deep_ep_rows.h"

#include <algorithm>

#include "perf/interp/curve.h"

namespace dynamo::perf {

namespace {

double proportional(double tokens) { return tokens; }

}  // namespace

void DeepEpRows::Column::fill(const Grid& source, std::initializer_list<std::size_t> columns) {
  us.assign(source.points(), 0.0);
  for (const std::size_t column : columns) {
    for (std::size_t i = 0; i < us.size(); ++i) us[i] += source.values[column][i];
  }
  grid = source;
  grid.values.assign(1, us);
  bound = BoundGrid(grid);
}

Found DeepEpRows::Column::over(std::uint32_t budget, double tokens) const {
  const auto sol = [](const Coordinates& at) { return at[1]; };
  return GridQuery(bound, sol, kNoSqrtAxis, false).at({static_cast<double>(budget), tokens});
}

DeepEpRows::DeepEpRows(const Slice& slice, AllToAll kernel, ExchangeStep step, int nodes) {
  const bool dispatch = step == ExchangeStep::kDispatch;
  if (kernel == AllToAll::kDeepEpLl) {
    own_.fill(slice.grid, {dispatch ? std::size_t{0} : std::size_t{1}});
    is_curve_ = true;
    tokens_ = own_.grid.keys[0];
    curve_ = own_.us;
    return;
  }
  // Sending and announcing.
  (dispatch ? own_ : other_).fill(slice.grid, {0, 1});
  (dispatch ? other_ : own_).fill(slice.grid, {2, 3});
  both_.fill(slice.grid, {0, 1, 2, 3});
  if (nodes == 1) bind_curve();
}

void DeepEpRows::bind_curve() {
  const Grid& grid = own_.grid;
  const auto at = std::ranges::find(grid.keys[0], sm_budget(AllToAll::kDeepEpHt));
  if (at == grid.keys[0].end()) return;
  const auto node = static_cast<std::size_t>(at - grid.keys[0].begin());
  const std::size_t first = grid.offsets[1][node];
  const std::size_t count = grid.offsets[1][node + 1] - first;
  is_curve_ = true;
  tokens_ = grid.keys[1].subspan(first, count);
  curve_ = std::span<const double>(own_.us).subspan(first, count);
}

Found DeepEpRows::at(double tokens) const {
  if (is_curve_) return query_curve(tokens_, curve_, tokens, proportional);
  const std::uint32_t budget = sm_budget(AllToAll::kDeepEpHt);
  Found own = own_.over(budget, tokens);
  // Beyond the rows a round trip is extrapolated as one, and shared out by what each way would take alone.
  if (!own.ok() || own.method != Method::kExtrapolated) return own;
  const Found round_trip = both_.over(budget, tokens);
  const Found back = other_.over(budget, tokens);
  if (round_trip.ok() && back.ok() && own.ms + back.ms > 0) own.ms *= round_trip.ms / (own.ms + back.ms);
  return own;
}

}  // namespace dynamo::perf
