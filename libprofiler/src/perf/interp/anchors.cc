#include "perf/interp/anchors.h"

#include <Eigen/Core>

namespace dynamo::perf {

double Anchors::utilisation() const {
  constexpr double kNoDivisionByZero = 1e-12;
  using Few = Eigen::Array<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMost, 1>;
  const auto count = static_cast<Eigen::Index>(count_);
  const Eigen::Map<const Eigen::ArrayXd> d(distance_.data(), count), utilisation(utilisation_.data(), count);
  const Few weight = has_radius() ? Few(((radius_ - d).max(0.0) / (radius_ * d + kNoDivisionByZero)).square())
                                  : Few((d.square() + kNoDivisionByZero).inverse());
  const double sum = weight.sum();
  return sum > 0 ? (weight * utilisation).sum() / sum : utilisation.mean();
}

}  // namespace dynamo::perf
