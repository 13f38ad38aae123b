#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// The pick and the runners-up with the reason why each lost, and how many more there were. 80 columns unless wide.
[[nodiscard]] std::string ranking_table(const Value& report, bool wide, const Style& style);

}  // namespace dynamo::cli
