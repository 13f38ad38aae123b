#pragma once

#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo::decision {

/// Damaged packs or tables that the request would read. A damaged table must stop the program: passing over it would quietly
/// answer from what is left.
[[nodiscard]] Diagnostics damaged_tables(const ValidatedRequest& request, const TableStore& tables);

}  // namespace dynamo::decision
