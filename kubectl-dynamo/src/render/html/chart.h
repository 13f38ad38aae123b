#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

/// The points of an explanation as an inline SVG: tokens/s per user across, tokens/s per GPU up, both frontiers, the targets and the pick.
/// Every point says what it is when pointed at, or reached with the arrow keys.
[[nodiscard]] std::string pareto_svg(const Value& explanation);

}  // namespace dynamo::cli
