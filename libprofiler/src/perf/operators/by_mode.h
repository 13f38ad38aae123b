#pragma once

#include "perf/operators/estimate.h"

namespace dynamo::perf {

/// Answers a query as the database mode wants: `roof()` in ms, `measured()` and `estimated()` as Result<Timing>.
template <typename Roof, typename Measured, typename Estimated>
Result<Timing> by_mode(DatabaseMode mode, const Roof& roof, const Measured& measured, const Estimated& estimated) {
  switch (mode) {
    case DatabaseMode::kSol: return Timing::modelled(roof(), Source::kSol);
    case DatabaseMode::kEmpirical: return estimated();
    case DatabaseMode::kSilicon: return measured();
    case DatabaseMode::kHybrid: break;
  }
  Result<Timing> time = measured();
  return !time.has_value() && is_data_miss(time.error()) ? estimated() : time;
}

}  // namespace dynamo::perf
