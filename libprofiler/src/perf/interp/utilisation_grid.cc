#include "perf/interp/utilisation_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dynamo::perf {

namespace {

double log_of(double value) { return std::log(std::max(value, 1e-9)); }

}  // namespace

UtilisationGrid::UtilisationGrid(std::vector<Point> points, std::size_t axes) : points_(std::move(points)), axes_(axes) {
  for (std::size_t a = 0; a < axes_; ++a) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (Point& point : points_) {
      point.at[a] = log_of(point.at[a]);
      low = std::min(low, point.at[a]);
      high = std::max(high, point.at[a]);
    }
    low_[a] = low;
    span_[a] = high - low > 0 ? high - low : 1.0;
    for (Point& point : points_) point.at[a] = (point.at[a] - low) / span_[a];
  }
}

std::optional<double> UtilisationGrid::at(const std::array<double, 4>& query) const {
  if (points_.empty()) return std::nullopt;
  std::array<double, 4> q{};
  for (std::size_t a = 0; a < axes_; ++a) q[a] = std::clamp((log_of(query[a]) - low_[a]) / span_[a], 0.0, 1.0);
  std::array<double, 2> distance = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  std::array<const Point*, 2> near = {nullptr, nullptr};
  for (const Point& point : points_) {
    double squared = 0;
    for (std::size_t a = 0; a < axes_; ++a) squared += (point.at[a] - q[a]) * (point.at[a] - q[a]);
    if (squared < distance[0]) {
      distance[1] = distance[0];
      near[1] = near[0];
      distance[0] = squared;
      near[0] = &point;
    } else if (squared < distance[1]) {
      distance[1] = squared;
      near[1] = &point;
    }
  }
  if (distance[0] == 0 || near[1] == nullptr) return near[0]->utilisation;
  const double w0 = 1.0 / std::sqrt(distance[0]);
  const double w1 = 1.0 / std::sqrt(distance[1]);
  return (near[0]->utilisation * w0 + near[1]->utilisation * w1) / (w0 + w1);
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
