#pragma once

#include "dynamo/profiler/pick.h"
#include "search/search.h"

namespace dynamo::decision {

/// Where the numbers of a pick come from: the operators of its steps, by time. Evaluates the picked engines once more.
[[nodiscard]] Provenance provenance_of(const Estimate& unit, const search::Scenario& scenario, const TableStore& tables);

}  // namespace dynamo::decision
