#pragma once

#include <optional>

#include "dynamo/profiler/document.h"
#include "emit/plan.h"

namespace dynamo::emit {

/// The deployment with one worker of a disaggregated pick in it, serving alone: what a sweep of that engine measures. It stands under
/// the decode worker's name and role, as an engine without a role has; prefill runs without a prefix cache, so that every prompt
/// is computed. `picked` is v1alpha1; nothing when it has no such worker.
[[nodiscard]] std::optional<Value> single_engine(const Value& picked, Backend backend, Role role);

}  // namespace dynamo::emit
