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

/// Secret with the token for gated models.
inline constexpr const char* kTokenSecret = "hf-token-secret";

// Parts of v1alpha1 services.
void set_main_container(Value& service, Value main);
/// Mounts the model cache, if there is one.
void mount_cache(Value& service, const ModelLocation& location);
[[nodiscard]] Value frontend_service(const ValidatedRequest& request, const ModelLocation& location, const std::string& image);
/// `spec.pvcs` of a cached model.
[[nodiscard]] Value claims(const ModelLocation& location);

/// `spec` of the v1alpha1 DynamoGraphDeployment.
[[nodiscard]] Value deployment_spec(const ValidatedRequest& request,
                                    const DeploymentPlan& plan,
                                    const ModelLocation& location,
                                    const std::string& image,
                                    const std::vector<RenderedWorker>& workers);

/// The whole v1alpha1 object around that spec; its name is still empty.
[[nodiscard]] Value deployment_object(const ValidatedRequest& request, Value spec);

}  // namespace dynamo::emit
