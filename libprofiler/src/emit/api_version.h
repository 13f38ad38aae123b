#pragma once

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/emit.h"
#include "emit/runtime.h"

namespace dynamo::emit {

/// A v1alpha1 deployment as v1beta1 and back. What only one of the two can say keeps its key, so nothing gets lost on the way.
[[nodiscard]] Value to_v1beta1(const Value& deployment);
[[nodiscard]] Value to_v1alpha1(const Value& deployment);

/// A v1alpha1 deployment in the version that is written. Only v1beta1 has a place for the runtime version: each component that names
/// none.
[[nodiscard]] Value in_version(Value deployment, DeploymentApi api, const DeclaredRuntime& runtime);

}  // namespace dynamo::emit
