#pragma once

#include <algorithm>
#include <span>

#include "perf/interp/found.h"

namespace dynamo::perf {

/// One axis: exact points as they are, straight lines between them, and beyond either end the efficiency SOL / measured of the
/// end point held constant. `sol(x)` is the roofline time in ms.
template <typename Sol>
Found query_curve(std::span<const std::uint32_t> keys, std::span<const double> values, double x, const Sol& sol) {
  if (keys.empty()) return Found::miss("empty table");
  const auto upper = static_cast<std::size_t>(
      std::ranges::lower_bound(keys, x, {}, [](std::uint32_t key) { return static_cast<double>(key); }) - keys.begin());
  if (upper < keys.size() && static_cast<double>(keys[upper]) == x) return Found::at(values[upper], Method::kLookedUp);
  if (upper == 0 || upper == keys.size()) {
    const std::size_t end = upper == 0 ? 0 : keys.size() - 1;
    const double anchor_sol = sol(static_cast<double>(keys[end]));
    const double query_sol = sol(x);
    if (!(values[end] > 0) || !(anchor_sol > 0) || !(query_sol > 0)) return Found::miss("no usable end point");
    return Found::at(query_sol / (anchor_sol / values[end]), Method::kExtrapolated);
  }
  const auto low = static_cast<double>(keys[upper - 1]);
  const double weight = (x - low) / (static_cast<double>(keys[upper]) - low);
  return Found::at(values[upper - 1] + (values[upper] - values[upper - 1]) * weight, Method::kInterpolated);
}

}  // namespace dynamo::perf
