#pragma once

#include <expected>
#include <string>
#include <vector>

#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"
#include "emit/engine_limits.h"

namespace dynamo::emit {

/// One kind of worker of a deployment, still independent of backend spellings and of the deployment's API version.
struct WorkerPlan {
  Role role = Role::kAggregated;
  WorkerEstimate engine;
  EngineLimits limits;
  int replicas = 1;
  int nodes = 1;          ///< per worker
  int gpus_per_node = 1;  ///< of this worker on each of its nodes
  std::string service;

  [[nodiscard]] int gpus() const { return replicas * nodes * gpus_per_node; }
};

/// What is deployed.
struct DeploymentPlan {
  Backend backend = Backend::kTrtllm;
  ServingMode mode = ServingMode::kAggregated;
  std::vector<WorkerPlan> workers;  ///< decode after prefill
};

/// Errors: nothing was picked, a worker with no replica or no GPU, more GPUs than the budget, more ranks than flags can
/// say.
[[nodiscard]] std::expected<DeploymentPlan, Diagnostics> plan_deployment(const ValidatedRequest& request,
                                                                         const PickReport& report);

}  // namespace dynamo::emit
