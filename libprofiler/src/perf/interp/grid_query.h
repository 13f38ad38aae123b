#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "perf/interp/anchors.h"
#include "perf/interp/found.h"
#include "perf/interp/key_search.h"
#include "tables/pack.h"

namespace dynamo::perf {

/// A slice prepared for queries: the logarithms of its keys, taken once.
struct BoundGrid {
  const Grid* grid = nullptr;
  std::array<std::vector<double>, 4> logs;

  BoundGrid() = default;
  explicit BoundGrid(const Grid& slice);
};

using Coordinates = std::array<double, 4>;

/// Interpolation on a ragged grid.
///
/// An exact point is returned as it is. Inside the collected range every axis is bracketed in turn and blended linearly, on
/// `sqrt_axis` in the square root of the latency (prefill attention grows with the square of the sequence). A bracket whose
/// branch has no data is replaced by the other one, scaled by the ratio of rooflines. Outside, the efficiency SOL / measured
/// of the four nearest points in log2 space is held, with weights that fall to zero at the distance of the fifth, so that the
/// estimate is continuous.
///
/// `Sol` maps Coordinates to ms. With `clamp` every point is raised to at least its roofline. Not for several threads at once.
template <typename Sol>
class GridQuery {
 public:
  GridQuery(const BoundGrid& bound, const Sol& sol, int sqrt_axis, bool clamp)
      : bound_(bound), grid_(*bound.grid), sol_(sol), sqrt_axis_(sqrt_axis), clamp_(clamp) {}

  [[nodiscard]] Found at(const Coordinates& query) const {
    if (grid_.points() == 0) return Found::miss("empty table");
    Coordinates path{};
    bool exact = true;
    const Part part = inside(query, path, 0, 0, exact);
    switch (part.status) {
      case Status::kOk: return Found::at(part.ms, exact ? Method::kLookedUp : Method::kInterpolated);
      case Status::kMiss: return Found::miss("no usable branch");
      case Status::kOutside: break;
    }
    return hold(query);
  }

 private:
  enum class Status { kOk, kOutside, kMiss };
  struct Part {
    Status status = Status::kMiss;
    double ms = 0;
  };
  struct Near {
    double distance = 0;
    std::uint32_t leaf = 0;
    Coordinates at{};
  };
  static constexpr std::size_t kKept = Anchors::kMost + 2;   ///< the radius, and room for a point without a positive latency

  [[nodiscard]] double leaf(std::uint32_t index, const Coordinates& at) const {
    const double ms = grid_.values[0][index];
    return clamp_ ? std::max(ms, sol_(at)) : ms;
  }

  Part inside(const Coordinates& query, Coordinates& path, int level, std::uint32_t node, bool& exact) const {
    if (level == grid_.rank) return {Status::kOk, leaf(node, path)};
    const auto l = static_cast<std::size_t>(level);
    const std::uint32_t begin = grid_.offsets[l][node];
    const auto keys = grid_.keys[l].subspan(begin, grid_.offsets[l][node + 1] - begin);
    if (keys.empty()) return {Status::kMiss, 0};
    const double c = query[l];
    const auto position = static_cast<std::uint32_t>(searches_[l].first_not_below(keys, c));
    if (position < keys.size() && static_cast<double>(keys[position]) == c) {
      path[l] = c;
      return inside(query, path, level + 1, begin + position, exact);
    }
    exact = false;
    if (position == 0 || position == keys.size()) return {Status::kOutside, 0};
    return blend(query, path, level, {begin + position - 1, begin + position}, exact);
  }

  Part blend(const Coordinates& query, Coordinates& path, int level, std::array<std::uint32_t, 2> nodes, bool& exact) const {
    const auto l = static_cast<std::size_t>(level);
    std::array<Part, 2> parts;
    std::array<double, 2> keys{};
    for (std::size_t side = 0; side < 2; ++side) {
      keys[side] = static_cast<double>(grid_.keys[l][nodes[side]]);
      path[l] = keys[side];
      parts[side] = inside(query, path, level + 1, nodes[side], exact);
    }
    const bool low = parts[0].status == Status::kOk;
    const bool high = parts[1].status == Status::kOk;
    if (low && high) {
      const double weight = (query[l] - keys[0]) / (keys[1] - keys[0]);
      if (level != sqrt_axis_) return {Status::kOk, parts[0].ms + (parts[1].ms - parts[0].ms) * weight};
      const double a = std::sqrt(std::max(parts[0].ms, 0.0));
      const double b = std::sqrt(std::max(parts[1].ms, 0.0));
      const double root = a + (b - a) * weight;
      return {Status::kOk, root * root};
    }
    if (!low && !high) {
      const bool outside = parts[0].status == Status::kOutside || parts[1].status == Status::kOutside;
      return {outside ? Status::kOutside : Status::kMiss, 0};
    }
    const std::size_t side = low ? 0 : 1;
    Coordinates snapped = query;
    snapped[l] = keys[side];
    const double sol_query = sol_(query);
    const double sol_snapped = sol_(snapped);
    const bool usable = std::isfinite(sol_query) && std::isfinite(sol_snapped) && sol_query > 0 && sol_snapped > 0;
    return {Status::kOk, usable ? parts[side].ms * (sol_query / sol_snapped) : parts[side].ms};
  }

  /// The `limit` points nearest to the query, nearest first. Which of equally distant points is kept does not matter: a point at
  /// the radius weighs nothing.
  std::vector<Near> nearest(const Coordinates& query, std::size_t limit) const {
    Coordinates query_log{};
    for (std::size_t l = 0; l < static_cast<std::size_t>(grid_.rank); ++l) query_log[l] = std::log2(std::max(query[l], 1e-12));
    std::vector<Near> best;
    best.reserve(limit + 1);
    Coordinates at{};
    visit(query_log, at, 0, 0, 0.0, limit, best);
    for (Near& near : best) near.distance = std::sqrt(near.distance);
    return best;
  }

  void visit(const Coordinates& query_log, Coordinates& at, std::size_t level, std::uint32_t node, double squared,
             std::size_t limit, std::vector<Near>& best) const {
    if (level == static_cast<std::size_t>(grid_.rank)) {
      if (best.size() == limit) {
        if (squared >= best.back().distance) return;
        best.pop_back();
      }
      const auto place = std::ranges::upper_bound(best, squared, {}, &Near::distance);
      best.insert(place, Near{squared, node, at});
      return;
    }
    // Outwards from the nearest key: a partial sum can only grow, so the walk ends at the first branch that is too far.
    const std::uint32_t begin = grid_.offsets[level][node];
    const std::uint32_t end = grid_.offsets[level][node + 1];
    const auto& logs = bound_.logs[level];
    auto right = static_cast<std::uint32_t>(
        std::lower_bound(logs.begin() + begin, logs.begin() + end, query_log[level]) - logs.begin());
    std::uint32_t left = right;
    while (left > begin || right < end) {
      const double to_left = left > begin ? query_log[level] - logs[left - 1] : std::numeric_limits<double>::infinity();
      const double to_right = right < end ? logs[right] - query_log[level] : std::numeric_limits<double>::infinity();
      const double delta = std::min(to_left, to_right);
      const double reached = squared + delta * delta;
      if (best.size() == limit && reached >= best.back().distance) return;
      const std::uint32_t child = to_left <= to_right ? --left : right++;
      at[level] = static_cast<double>(grid_.keys[level][child]);
      visit(query_log, at, level + 1, child, reached, limit, best);
    }
  }

  [[nodiscard]] Found hold(const Coordinates& query) const {
    const double sol_query = sol_(query);
    if (!(std::isfinite(sol_query) && sol_query > 0)) return Found::miss("no roofline at the query");
    Found found = hold(sol_query, nearest(query, kKept));
    if (found.ok() || grid_.points() <= kKept) return found;
    return hold(sol_query, nearest(query, grid_.points()));
  }

  [[nodiscard]] Found hold(double sol_query, const std::vector<Near>& candidates) const {
    Anchors anchors;
    for (const Near& near : candidates) {
      const double ms = leaf(near.leaf, near.at);
      const double sol = sol_(near.at);
      if (!(std::isfinite(ms) && ms > 0 && std::isfinite(sol) && sol > 0)) continue;
      if (anchors.full()) {
        anchors.set_radius(near.distance);
        break;
      }
      anchors.add(near.distance, sol / ms);
    }
    const bool certain = anchors.has_radius() || candidates.size() == grid_.points();
    if (anchors.empty() || !certain) return Found::miss("no usable point near the query");
    return Found::at(sol_query / anchors.utilisation(), Method::kExtrapolated);
  }

  const BoundGrid& bound_;
  const Grid& grid_;
  const Sol& sol_;
  int sqrt_axis_;
  bool clamp_;
  mutable std::array<KeySearch, 4> searches_;   ///< by level
};

inline constexpr int kNoSqrtAxis = -1;

}  // namespace dynamo::perf
