#pragma once

#include <array>
#include <cstddef>
#include <limits>
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
  /// Of equally distant points the one that comes first in `points` is the nearer.
  UtilisationGrid(std::vector<Point> points, std::size_t axes);

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::optional<double> at(const std::array<double, 4>& query) const;


 private:
  struct Entry {
    std::array<double, 4> at{};   ///< normalised
    double utilisation = 0;
    std::size_t place = 0;        ///< in the order of the caller
  };
  /// A point by its squared distance from the query.
  struct Near {
    double squared = std::numeric_limits<double>::infinity();
    std::size_t place = 0;
    double utilisation = 0;
    /// Of equally distant points the earlier one is the nearer.
    friend bool operator<(const Near& a, const Near& b) {
      return a.squared != b.squared ? a.squared < b.squared : a.place < b.place;
    }
  };
  using Nearest = std::array<Near, 2>;
  /// Walks the entries [begin, end), which are equal in the axes before `axis`, outwards from the query.
  void visit(const std::array<double, 4>& query, std::size_t axis, std::size_t begin, std::size_t end, double squared,
             Nearest& best) const;

  std::vector<Entry> entries_;   ///< ascending
  std::size_t axes_ = 0;
  std::array<double, 4> low_{};
  std::array<double, 4> span_{};
};

/// Index of the feature nearest to `wanted` by logarithm; the first on ties. Empty input gives nothing.
[[nodiscard]] std::optional<std::size_t> nearest_by_log(double wanted, std::span<const double> features);

}  // namespace dynamo::perf
