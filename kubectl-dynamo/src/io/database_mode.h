#pragma once

#include <string>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/tables.h"

namespace dynamo::cli {

/// The mode of that name, any case; the grammar has refused all others.
[[nodiscard]] DatabaseMode database_mode(const std::string& name);

/// Says on stderr that numbers will be missing.
void warn_without_tables(const TableStore& tables);

}  // namespace dynamo::cli
