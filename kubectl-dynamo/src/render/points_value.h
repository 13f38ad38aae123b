#pragma once

#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/estimate.h"

namespace dynamo::cli {

/// The rows a pick was chosen from as points of a chart, by rising tokens/s per user; each once. `frontier`: no other of its serving
/// mode is better both for the user and per GPU; `frontier_only` leaves all others out. `meets`: within the targets of `request`.
[[nodiscard]] Value points_value(const std::vector<Estimate>& rows, const ValidatedRequest& request, bool frontier_only);

}  // namespace dynamo::cli
