#include "perf/efficiency.h"

#include <algorithm>
#include <cmath>

namespace dynamo::perf {

Efficiency::Efficiency(std::vector<std::vector<EfficiencyPoint>> points) : points_(std::move(points)) {}

const Efficiency& Efficiency::built_in() {
  static const Efficiency efficiency = [] {
    std::vector<std::vector<EfficiencyPoint>> points;
    for (const facts::EfficiencyRow& row : facts::kEfficiencyRows) points.emplace_back(row.points.begin(), row.points.end());
    return Efficiency(std::move(points));
  }();
  return efficiency;
}

double Efficiency::modelled_ms(KernelClass kernel, double roof_ms) const {
  const std::vector<EfficiencyPoint>& points = points_[static_cast<std::size_t>(kernel)];
  if (points.empty() || !(roof_ms > 0)) return roof_ms;
  const EfficiencyPoint& first = points.front();
  if (roof_ms <= first.roofline_ms) return first.roofline_ms * first.measured_over_roofline;
  const auto upper = std::ranges::lower_bound(points, roof_ms, {}, &EfficiencyPoint::roofline_ms);
  if (upper == points.end()) return roof_ms * points.back().measured_over_roofline;
  const EfficiencyPoint& low = *(upper - 1);
  const double t = std::log(roof_ms / low.roofline_ms) / std::log(upper->roofline_ms / low.roofline_ms);
  return roof_ms * low.measured_over_roofline * std::pow(upper->measured_over_roofline / low.measured_over_roofline, t);
}

KernelClass gemm_class(ComputeType type) {
  switch (type) {
    case ComputeType::kBf16: return KernelClass::kGemm16;
    case ComputeType::kInt8:
    case ComputeType::kFp8: return KernelClass::kGemm8;
    case ComputeType::kFp4: return KernelClass::kGemm4;
  }
  return KernelClass::kOther;
}

KernelClass experts_class(ComputeType type) {
  switch (type) {
    case ComputeType::kBf16: return KernelClass::kExperts16;
    case ComputeType::kInt8:
    case ComputeType::kFp8: return KernelClass::kExperts8;
    case ComputeType::kFp4: return KernelClass::kExperts4;
  }
  return KernelClass::kOther;
}

}  // namespace dynamo::perf
