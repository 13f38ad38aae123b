#include "perf/operators/selection_bias.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

/// Child of a node that is nearest to `wanted`; the smaller on ties.
std::uint32_t nearest_child(const Grid& grid, std::size_t level, std::uint32_t node, double wanted) {
  const std::uint32_t begin = grid.offsets[level][node];
  const auto keys = grid.keys[level].subspan(begin, grid.offsets[level][node + 1] - begin);
  const auto nearest = std::ranges::min_element(keys, {}, [&](std::uint32_t key) { return std::abs(key - wanted); });
  return begin + static_cast<std::uint32_t>(nearest - keys.begin());
}

}  // namespace

SelectionBias::SelectionBias(const Grid& alike, const Grid& ordinary) {
  std::vector<Point> other;
  for_each_point(alike, [&](const std::array<double, 4>& at, double ms) { points_.push_back({at, ms}); });
  for_each_point(ordinary, [&](const std::array<double, 4>& at, double ms) { other.push_back({at, ms}); });
  std::erase_if(points_, [&](Point& point) {
    const auto same = std::ranges::lower_bound(other, point.at, {}, &Point::at);
    if (same == other.end() || same->at != point.at) return true;
    point.ms = std::max(point.ms - same->ms, 0.0);
    return false;
  });
}

double SelectionBias::ms(double batch, double tokens, double cached) const {
  return points_.empty() ? 0.0 : blend(points_.begin(), points_.end(), {batch, tokens, cached}, 0);
}

double SelectionBias::blend(Range begin, Range end, const std::array<double, 3>& query, std::size_t axis) {
  if (axis == query.size()) return begin->ms;
  const auto key = [axis](const Point& point) { return point.at[axis]; };
  const auto group = [&](double value) { return std::ranges::equal_range(begin, end, value, {}, key); };
  const double wanted = std::clamp(query[axis], key(*begin), key(*(end - 1)));
  const Range high = std::ranges::lower_bound(begin, end, wanted, {}, key);
  const double above = key(*high);
  const auto upper = group(above);
  const double at_upper = blend(upper.begin(), upper.end(), query, axis + 1);
  if (above == wanted) return at_upper;
  const double below = key(*(high - 1));
  const auto lower = group(below);
  const double weight = (wanted - below) / (above - below);
  return blend(lower.begin(), lower.end(), query, axis + 1) * (1.0 - weight) + at_upper * weight;
}

double ordinary_selection_ms(const Grid& ordinary, double batch, double tokens, double cached) {
  const std::uint32_t of_batch = nearest_child(ordinary, 0, 0, batch);
  const std::uint32_t last = ordinary.offsets[1][of_batch + 1] - 1;
  if (tokens > static_cast<double>(ordinary.keys[1][last])) return std::numeric_limits<double>::infinity();
  const std::uint32_t of_tokens = nearest_child(ordinary, 1, of_batch, tokens);
  const std::uint32_t begin = ordinary.offsets[2][of_tokens];
  const auto keys = ordinary.keys[2].subspan(begin, ordinary.offsets[2][of_tokens + 1] - begin);
  const auto values = ordinary.values[0].subspan(begin, keys.size());
  const double at = std::clamp(cached, static_cast<double>(keys.front()), static_cast<double>(keys.back()));
  const auto high = static_cast<std::size_t>(std::ranges::lower_bound(keys, at, {}, [](std::uint32_t k) { return double{1} * k; }) -
                                             keys.begin());
  if (static_cast<double>(keys[high]) == at) return values[high];
  const auto low = static_cast<double>(keys[high - 1]);
  return values[high - 1] + (values[high] - values[high - 1]) * (at - low) / (static_cast<double>(keys[high]) - low);
}

}  // namespace dynamo::perf
