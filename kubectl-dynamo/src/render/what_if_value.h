#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/what_if.h"

namespace dynamo::cli {

/// A comparison as the one tree that JSON prints and the table is rendered from.
[[nodiscard]] Value what_if_value(const WhatIf& result, const std::vector<Variation>& variations, const GpuPrices& prices,
                                  const std::string& source);

}  // namespace dynamo::cli
