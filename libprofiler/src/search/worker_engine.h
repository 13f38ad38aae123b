#pragma once

#include <optional>

#include "perf/engine.h"
#include "perf/large_ep/resolve.h"
#include "perf/sanity.h"
#include "search/search.h"

namespace dynamo::search {

/// The engine behind a row of a search, priced by the same operators as in the search. `needs` are the phases of its role.
[[nodiscard]] perf::Result<perf::Engine> worker_engine(const WorkerEstimate& worker, perf::PhaseNeeds needs,
                                                       const Scenario& scenario, const TableStore& tables);

/// The engines of a unit, or why one cannot be built.
struct UnitEngines {
  std::optional<perf::Result<perf::Engine>> prefill;   ///< disaggregated only
  perf::Result<perf::Engine> decode;                   ///< the one engine when aggregated
};
[[nodiscard]] UnitEngines unit_engines(const Estimate& unit, const Scenario& scenario, const TableStore& tables);

/// The worker's rows held against each other, on the same operators.
[[nodiscard]] perf::Result<perf::RowWatch> worker_watch(const WorkerEstimate& worker, perf::PhaseNeeds needs,
                                                        const Scenario& scenario, const TableStore& tables);

}  // namespace dynamo::search
