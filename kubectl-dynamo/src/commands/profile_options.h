#pragma once

#include <string>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/tables.h"

namespace dynamo::cli {

/// The value of `--database-mode`.
[[nodiscard]] DatabaseMode database_mode(const std::string& name);

/// Says on stderr that there are no measured tables and how to get them.
void warn_without_tables(const TableStore& tables);

}  // namespace dynamo::cli
