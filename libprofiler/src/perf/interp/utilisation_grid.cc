#include "perf/interp/utilisation_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dynamo::perf {

namespace {

double log_of(double value) { return std::log(std::max(value, 1e-9)); }

}  // namespace

UtilisationGrid::UtilisationGrid(std::vector<Point> points, std::size_t axes) : axes_(axes) {
  entries_.reserve(points.size());
  for (const Point& point : points) entries_.push_back({point.at, point.utilisation, entries_.size()});
  for (std::size_t a = 0; a < axes_; ++a) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (Entry& entry : entries_) {
      entry.at[a] = log_of(entry.at[a]);
      low = std::min(low, entry.at[a]);
      high = std::max(high, entry.at[a]);
    }
    low_[a] = low;
    span_[a] = high - low > 0 ? high - low : 1.0;
    for (Entry& entry : entries_) entry.at[a] = (entry.at[a] - low) / span_[a];
  }
  if (!std::ranges::is_sorted(entries_, {}, &Entry::at)) std::ranges::sort(entries_, {}, &Entry::at);
}

void UtilisationGrid::visit(const std::array<double, 4>& query, std::size_t axis, std::size_t begin, std::size_t end,
                            double squared, Nearest& best) const {
  if (axis == axes_) {
    for (std::size_t i = begin; i < end; ++i) {
      const Near near{squared, entries_[i].place, entries_[i].utilisation};
      if (near < best[0]) {
        best = {near, best[0]};
      } else if (near < best[1]) {
        best[1] = near;
      }
    }
    return;
  }
  const auto key = [&](std::size_t i) { return entries_[i].at[axis]; };
  const auto first_not = [&](auto&& below, std::size_t from, std::size_t to) {
    const auto entries = std::span(entries_).subspan(from, to - from);
    const auto end_of = std::ranges::partition_point(entries, below, [&](const Entry& entry) { return entry.at[axis]; });
    return from + static_cast<std::size_t>(end_of - entries.begin());
  };
  const double wanted = query[axis];
  std::size_t right = first_not([&](double at) { return at < wanted; }, begin, end);
  std::size_t left = right;
  while (left > begin || right < end) {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    const double to_left = left > begin ? wanted - key(left - 1) : kNone;
    const double to_right = right < end ? key(right) - wanted : kNone;
    const double delta = std::min(to_left, to_right);
    const double reached = squared + delta * delta;
    if (reached > best[1].squared) return;   // a partial sum can only grow
    if (to_left <= to_right) {
      const double at = key(left - 1);
      const std::size_t from = first_not([&](double other) { return other < at; }, begin, left);
      visit(query, axis + 1, from, left, reached, best);
      left = from;
    } else {
      const double at = key(right);
      const std::size_t to = first_not([&](double other) { return other <= at; }, right, end);
      visit(query, axis + 1, right, to, reached, best);
      right = to;
    }
  }
}

std::optional<double> UtilisationGrid::at(const std::array<double, 4>& query) const {
  if (entries_.empty()) return std::nullopt;
  std::array<double, 4> q{};
  for (std::size_t a = 0; a < axes_; ++a) q[a] = std::clamp((log_of(query[a]) - low_[a]) / span_[a], 0.0, 1.0);
  Nearest best;
  visit(q, 0, 0, entries_.size(), 0.0, best);
  if (best[0].squared == 0 || std::isinf(best[1].squared)) return best[0].utilisation;
  const double w0 = 1.0 / std::sqrt(best[0].squared);
  const double w1 = 1.0 / std::sqrt(best[1].squared);
  return (best[0].utilisation * w0 + best[1].utilisation * w1) / (w0 + w1);
}

std::optional<std::size_t> nearest_by_log(double wanted, std::span<const double> features) {
  std::optional<std::size_t> best;
  double best_distance = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < features.size(); ++i) {
    const double distance = std::abs(log_of(features[i]) - log_of(wanted));
    if (distance < best_distance) {
      best_distance = distance;
      best = i;
    }
  }
  return best;
}

}  // namespace dynamo::perf
