#pragma once

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/emit.h"

namespace dynamo::emit {

/// A v1alpha1 deployment as v1beta1 and back. What only one of the two can say keeps its key, so nothing gets lost on the way.
[[nodiscard]] Value to_v1beta1(const Value& deployment);
[[nodiscard]] Value to_v1alpha1(const Value& deployment);

}  // namespace dynamo::emit
