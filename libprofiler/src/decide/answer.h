#pragma once

#include "decide/searches.h"
#include "dynamo/profiler/request.h"

namespace dynamo::decision {

/// What was searched at last, and what was found.
struct Answer {
  Plan plan;
  std::vector<Searched> searches;
};

/// Searches tier by tier, and within a tier under wider and wider limits until the rows nearest to the targets are known.
[[nodiscard]] Answer answer_of(const ValidatedRequest& request, Plan plan, const TableStore& tables);

}  // namespace dynamo::decision
