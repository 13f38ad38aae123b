#pragma once

#include "perf/large_ep/resolve.h"
#include "search/search.h"

namespace dynamo::search {

/// The engine of a worker that a search of `scenario` found. `needs` as the search asked for them, so that the same operators
/// are priced.
[[nodiscard]] perf::Result<perf::Engine> picked_engine(const WorkerEstimate& worker, perf::PhaseNeeds needs,
                                                       const Scenario& scenario, const TableStore& tables);

}  // namespace dynamo::search
