#pragma once

#include <array>
#include <span>
#include <vector>

#include "dynamo/profiler/quantization.h"
#include "facts/efficiency.h"

namespace dynamo::perf {

using facts::EfficiencyPoint;
using facts::KernelClass;

/// The modelled tier: a roofline made slower by what kernels of that class and size usually lose.
class Efficiency {
 public:
  static const Efficiency& built_in();
  /// Points of each class, in the order of KernelClass; a class without points stays at its roofline.
  explicit Efficiency(std::vector<std::vector<EfficiencyPoint>> points);

  /// Straight in logarithms between the points. Below the first the time itself is held, a launch takes what it takes; above the
  /// last the ratio is.
  [[nodiscard]] double modelled_ms(KernelClass kernel, double roof_ms) const;

 private:
  std::vector<std::vector<EfficiencyPoint>> points_;
};

/// The class of a matrix product by the width it multiplies in.
[[nodiscard]] KernelClass gemm_class(ComputeType type);
[[nodiscard]] KernelClass experts_class(ComputeType type);

}  // namespace dynamo::perf
