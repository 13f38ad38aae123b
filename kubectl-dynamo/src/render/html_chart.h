#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

/// The points of a report as an inline SVG: tokens/s per user across, tokens/s per GPU up, both frontiers, the targets and the pick.
[[nodiscard]] std::string pareto_svg(const Value& report);

}  // namespace dynamo::cli
