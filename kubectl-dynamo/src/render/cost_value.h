#pragma once

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/document.h"
#include "dynamo/profiler/profile.h"

namespace dynamo::cli {

/// `cost` of one deployment, with the price it comes from.
[[nodiscard]] Value cost_value(double gpu_hour, const Cost& cost);

/// Puts `cost` beside the numbers of every pick in `report`, which `report_value` made of `result`. Without a price: nothing.
void add_costs(const ProfileResult& result, const GpuPrices& prices, Value& report);

}  // namespace dynamo::cli
