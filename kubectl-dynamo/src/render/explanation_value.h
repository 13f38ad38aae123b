#pragma once

#include <vector>

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/profile.h"

namespace dynamo::cli {

/// What a user's view adds to an explanation of `request`: the `points` of its chart, as far as there are any, and with prices a
/// `cost` beside the numbers of every choice.
void add_points_and_costs(const std::vector<Estimate>& rows, const ValidatedRequest& request, const GpuPrices& prices, Value& explanation);

}  // namespace dynamo::cli
