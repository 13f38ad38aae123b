#pragma once

#include <expected>

#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"
#include "rules/planner_keys.h"

namespace dynamo::emit {

/// What a planner configuration needs beside the request.
struct PlannerContext {
  PlannerLine line = PlannerLine::kNewest;
  bool mocker = false;        ///< it scales mocker workers
  bool swept = true;          ///< curves are mounted or at least were made
};

/// The planner's whole configuration: its defaults, what follows from request and pick, and on top what the user wrote. Keys that
/// this line of the planner does not read are left out with a warning.
/// Error: a load-scaling planner of the 1.0 line outside Kubernetes without `load_router_metrics_url`.
[[nodiscard]] std::expected<Value, Diagnostics> planner_config(const ValidatedRequest& request, const PickReport& report,
                                                               const PlannerContext& context, Diagnostics& warnings);

}  // namespace dynamo::emit
