#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// The comparison in 80 columns: the baseline first, one row a combination, and what changed. `value` is what `what_if_value` made.
[[nodiscard]] std::string render_what_if(const Value& value, const Style& style);

/// GPUs needed along a range, one bar a value.
[[nodiscard]] std::string render_sweep(const Value& value, const Style& style);

}  // namespace dynamo::cli
