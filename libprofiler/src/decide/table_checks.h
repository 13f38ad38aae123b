#pragma once

#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"

namespace dynamo::decision {

/// What has to stop a decision before it searches:
/// - damaged packs or tables: passing over them would quietly answer from what is left;
/// - a version of the tables that was asked for and that none of the backends has.
[[nodiscard]] Diagnostics check_tables(const ValidatedRequest& request, const TableStore& tables);

}  // namespace dynamo::decision
