#pragma once

#include <array>
#include <vector>

#include "tables/pack.h"

namespace dynamo::perf {

/// What a measured indexer spent too much: the tables were taken with scores that are all alike, the worst case of the selection
/// kernel, and a second table holds that kernel with both alike and ordinary scores.
class SelectionBias {
 public:
  SelectionBias() = default;
  /// From the kernel's slices (batch, tokens, cached tokens) with alike and with ordinary scores; points of both count.
  SelectionBias(const Grid& alike, const Grid& ordinary);

  /// Milliseconds to take off one layer; linear between points, constant beyond them, zero without any.
  [[nodiscard]] double ms(double batch, double tokens, double cached) const;

 private:
  struct Point {
    std::array<double, 4> at{};   ///< batch, tokens, cached
    double ms = 0;
  };
  using Range = std::vector<Point>::const_iterator;
  [[nodiscard]] static double blend(Range begin, Range end, const std::array<double, 3>& query, std::size_t axis);

  std::vector<Point> points_;   ///< ascending
};

/// The kernel with ordinary scores: at the nearest measured batch and prompt, linear in cached tokens. Absent without points, an
/// infinite time beyond the longest measured prompt.
[[nodiscard]] double ordinary_selection_ms(const Grid& ordinary, double batch, double tokens, double cached);

}  // namespace dynamo::perf
