#pragma once

#include "dynamo/profiler/document.h"
#include "emit/model_path.h"
#include "emit/plan.h"

namespace dynamo::emit {

/// A worker ready to be written down.
struct RenderedWorker {
  const WorkerPlan* plan = nullptr;
  std::vector<std::string> args;
};

/// `spec` of the v1alpha1 DynamoGraphDeployment.
[[nodiscard]] Value deployment_spec(const ValidatedRequest& request,
                                    const DeploymentPlan& plan,
                                    const ModelLocation& location,
                                    const std::string& image,
                                    const std::vector<RenderedWorker>& workers);

/// The whole v1alpha1 object around that spec; its name is still empty.
[[nodiscard]] Value deployment_object(const ValidatedRequest& request, Value spec);

}  // namespace dynamo::emit
