#pragma once

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/profile.h"

namespace dynamo::cli {

/// Of one deployed pick.
[[nodiscard]] Value cost_value(double gpu_hour, const Pick& pick, const ValidatedRequest& request);

/// Puts `cost` beside the numbers of every pick in `report`, which `report_value` made of `result`. Without a price: nothing.
void add_costs(const ProfileResult& result, const GpuPrices& prices, Value& report);

/// Puts `cost` beside the numbers of every choice in an explanation of `request`.
void add_costs(const ValidatedRequest& request, const GpuPrices& prices, Value& explanation);

}  // namespace dynamo::cli
