#include <cmath>

#include "plots/chart.h"

namespace dynamo::plots {

std::vector<double> ticks(double most) {
  constexpr double kParts = 6;
  if (!(most > 0) || !std::isfinite(most)) most = 1;
  const double rough = most / kParts;
  const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * magnitude;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * magnitude >= rough) {
      step = factor * magnitude;
      break;
    }
  }
  std::vector<double> values;
  const int count = static_cast<int>(std::ceil(most / step - 1e-9));
  for (int i = 0; i <= count; ++i) values.push_back(i * step);
  return values;
}

}  // namespace dynamo::plots
