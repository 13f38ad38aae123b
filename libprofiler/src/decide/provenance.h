#pragma once

#include "dynamo/profiler/pick.h"
#include "search/worker_engine.h"

namespace dynamo::decision {

/// Where the numbers of a pick come from: the operators of its steps, by time. Evaluates `engines`, those of `unit`, once more.
[[nodiscard]] Provenance provenance_of(const Estimate& unit, const search::UnitEngines& engines, const search::Scenario& scenario,
                                       const TableStore& tables);

}  // namespace dynamo::decision
