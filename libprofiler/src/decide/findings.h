#pragma once

#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"

namespace dynamo {

/// What a user has to know about a decision beside the decision.
[[nodiscard]] Diagnostics findings_of(const ValidatedRequest& request, const PickReport& report);

}  // namespace dynamo
