#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// The frontiers of a report's `points` in braille, 80 columns: tokens/s per user against tokens/s per GPU. Aggregated is drawn solid,
/// disaggregated dotted, the pick as `*`. Empty without points.
[[nodiscard]] std::string render_pareto(const Value& report, const Style& style);

}  // namespace dynamo::cli
