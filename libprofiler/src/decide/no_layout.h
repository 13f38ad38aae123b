#pragma once

#include <expected>

#include "dynamo/profiler/pick.h"
#include "dynamo/profiler/request.h"

namespace dynamo::decision {

/// The answer where the searches found no layout: one that only fits the memory, or why the model does not.
[[nodiscard]] std::expected<PickReport, Diagnostics> without_layout(const ValidatedRequest& request,
                                                                   std::vector<SearchSummary> searches);

}  // namespace dynamo::decision
