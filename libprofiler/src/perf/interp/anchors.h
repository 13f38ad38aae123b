#pragma once

#include <array>
#include <cstddef>
#include <limits>

namespace dynamo::perf {

/// The measured points nearest to a query outside of what was measured, nearest first.
class Anchors {
 public:
  static constexpr std::size_t kMost = 4;

  [[nodiscard]] bool full() const { return count_ == kMost; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

  /// `distance` in octaves of all axes together, `utilisation` = roofline / measured.
  void add(double distance, double utilisation) {
    distance_[count_] = distance;
    utilisation_[count_++] = utilisation;
  }
  /// The distance of the first point that is no anchor any more.
  void set_radius(double radius) { radius_ = radius; }
  [[nodiscard]] bool has_radius() const { return radius_ < std::numeric_limits<double>::infinity(); }

  /// Their mean utilisation. An anchor weighs ((r - d) / (r d))^2, with d its distance and r the radius: nothing at the radius, so
  /// that the mean is continuous where one anchor takes the place of another. Without a radius it weighs 1 / d^2.
  [[nodiscard]] double utilisation() const;

 private:
  std::array<double, kMost> distance_{}, utilisation_{};
  std::size_t count_ = 0;
  double radius_ = std::numeric_limits<double>::infinity();
};

}  // namespace dynamo::perf
