#pragma once

#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo {

/// The guide's gates on a planner whose model, GPU and backend are not measured together (for `auto`: with no backend). Throughput
/// scaling is an error; a rapid sweep is switched off in `request`, with a warning.
[[nodiscard]] Diagnostics check_gates(ValidatedRequest& request, const TableStore& tables);

}  // namespace dynamo
