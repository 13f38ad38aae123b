#pragma once

#include <cmath>

namespace dynamo::search {

/// Three decimals, ties to even: the precision at which rows are compared and reported.
[[nodiscard]] inline double round3(double value) { return std::nearbyint(value * 1000.0) / 1000.0; }

}  // namespace dynamo::search
