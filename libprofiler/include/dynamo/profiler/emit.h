#pragma once

#include <expected>
#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"

namespace dynamo {

/// The DynamoGraphDeployment (v1alpha1) of a pick, built as a tree. The engine limits that were modelled are the limits that
/// are emitted; disaggregated workers are told their role. Errors: a generated name over 45 characters, a GPU count over budget.
[[nodiscard]] std::expected<std::vector<Value>, Diagnostics> emit_deployment(const ValidatedRequest& request,
                                                                             const PickReport& report);

/// A pick without a performance model: the smallest TP that holds the weights at their real width, labelled `unverified`.
/// Error: the model fits on no allowed number of GPUs; the diagnostic says what it needs.
[[nodiscard]] std::expected<PickReport, Diagnostics> naive_pick(const ValidatedRequest& request);

}  // namespace dynamo
