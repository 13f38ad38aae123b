#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"

namespace dynamo {

/// What happened to the candidates of one serving mode and backend.
struct SearchSummary {
  ServingMode mode = ServingMode::kAggregated;
  Backend backend = Backend::kTrtllm;
  std::string version;
  QuantModes quant;                       ///< of the (prefill) worker
  std::int64_t enumerated = 0;            ///< operating points looked at
  std::int64_t feasible = 0;              ///< rows handed to the picker
  std::vector<Infeasible> dropped;        ///< one per role, layout and reason
  std::vector<Infeasible> rejected;       ///< one per operating point and reason; only for an explanation
  std::string error;                      ///< why the search as a whole failed; empty = it ran
};

}  // namespace dynamo
