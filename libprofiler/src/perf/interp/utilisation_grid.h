#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dynamo::perf {

/// Efficiency SOL / measured at collected points, for estimates without an own measurement. Axes are compared by logarithm,
/// normalised to the collected range; the query is clamped into that range and blends the two nearest points by inverse distance.
class UtilisationGrid {
 public:
  struct Point {
    std::array<double, 4> at{};
    double utilisation = 0;
  };
  UtilisationGrid() = default;
  /// `points` in ascending order of their coordinates: equal distances keep that order.
  UtilisationGrid(std::vector<Point> points, std::size_t axes);

  [[nodiscard]] bool empty() const { return points_.empty(); }
  [[nodiscard]] std::optional<double> at(const std::array<double, 4>& query) const;

 private:
  std::vector<Point> points_;   ///< coordinates normalised
  std::size_t axes_ = 0;
  std::array<double, 4> low_{};
  std::array<double, 4> span_{};
};

/// Index of the feature nearest to `wanted` by logarithm; the first on ties. Empty input gives nothing.
[[nodiscard]] std::optional<std::size_t> nearest_by_log(double wanted, std::span<const double> features);

}  // namespace dynamo::perf
