#pragma once

#include <string>

#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/request.h"
#include "emit/plan.h"

namespace dynamo::emit {

/// The operator derives pod names from both names and refuses what is longer: deployment + service, and for a worker
/// over several nodes deployment + twice the service + 4.
inline constexpr std::size_t kMaxNameLength = 45;

[[nodiscard]] std::size_t name_length(std::size_t deployment, std::string_view service, bool multinode);

/// Hexadecimal digits that depend on `text` alone, at most 8.
[[nodiscard]] std::string content_digits(std::string_view text, std::size_t count);
inline constexpr std::size_t kNameDigits = 8;

/// `vllm-disagg`.
[[nodiscard]] std::string name_stem(Backend backend, ServingMode mode);
/// Names a deployment `stem`, with digits that depend on its spec alone where they are asked for.
void rename(std::string_view stem, const EmitOptions& options, Value& deployment);

/// The same for a deployment that has no name yet.
void name_deployment(const DeploymentPlan& plan, const EmitOptions& options, Value& deployment);
/// The length of every name that function gives for this plan.
[[nodiscard]] std::size_t deployment_name_length(const DeploymentPlan& plan, const EmitOptions& options);

/// The DGDR was given a name (and not the default).
[[nodiscard]] bool has_request_name(const ValidatedRequest& request);

/// Fills in the services: the names of the backend's examples, or the bare roles where those would be too long for the
/// operator, under the name they are written with or the `<dgdr>-dgd` it renames deployments to. Error: not even those fit.
[[nodiscard]] Diagnostics name_services(const ValidatedRequest& request, const EmitOptions& options, DeploymentPlan& plan);

/// A warning when the name the operator will give the deployment is too long beside even the shortest service names.
[[nodiscard]] Diagnostics check_operator_names(const ValidatedRequest& request, const PickReport& report);

/// Whether that check is silent whatever is picked.
[[nodiscard]] bool operator_names_always_fit(const ValidatedRequest& request);

}  // namespace dynamo::emit
