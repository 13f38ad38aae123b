#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"

namespace dynamo {

/// The API versions a DynamoGraphDeployment is written in.
enum class DeploymentApi { kV1alpha1, kV1beta1 };
[[nodiscard]] std::string_view name_of(DeploymentApi api);   ///< `nvidia.com/v1alpha1`
/// From `v1alpha1` or `nvidia.com/v1alpha1`; nullopt for anything else.
[[nodiscard]] std::optional<DeploymentApi> deployment_api_from_name(std::string_view name);

struct EmitOptions {
  std::optional<DeploymentApi> api = {};   ///< empty = that of `overrides.dgd`, else v1alpha1
  std::string runtime_version = {};        ///< Dynamo release inside the image; empty = its tag, or the request's override
  bool apply_overrides = true;             ///< false = as if `overrides` were empty
  /// `vllm-disagg-1a2b3c4d`, so that several deployments live side by side; false = `vllm-disagg`, for the operator to rename.
  bool name_by_content = true;
};

/// What is written, and what the reader of it should know: every value of `overrides.dgd` that the profiler replaced.
struct Deployment {
  std::vector<Value> documents;            ///< ConfigMaps first, the DynamoGraphDeployment last
  Diagnostics warnings;
};

/// The DynamoGraphDeployment of a pick, built as a tree, on top of `overrides.dgd` if the request has one. The engine limits
/// that were modelled are the limits that are emitted; disaggregated workers are told their role.
/// Errors: a generated name over 45 characters, a GPU count over budget, an `overrides.dgd` that cannot be a base.
[[nodiscard]] std::expected<Deployment, Diagnostics> emit_deployment(const ValidatedRequest& request,
                                                                     const PickReport& report,
                                                                     const EmitOptions& options = {});

/// A pick without a performance model: the smallest TP that holds the weights at their real width, labelled `unverified`.
/// Error: the model fits on no allowed number of GPUs; the diagnostic says what it needs.
[[nodiscard]] std::expected<PickReport, Diagnostics> naive_pick(const ValidatedRequest& request);

}  // namespace dynamo
