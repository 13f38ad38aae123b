#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

/// The numbers of a pick beside the targets, the load and the cost; `report` is what `report_value` made.
[[nodiscard]] std::string prediction_rows(const Value& report, const Value& pick);

/// GiB per GPU, one line a kind of worker.
[[nodiscard]] std::string memory_rows(const Value& report, const Value& pick);

}  // namespace dynamo::cli
