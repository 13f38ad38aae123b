#pragma once

#include <span>
#include <vector>

#include "search/drop_log.h"
#include "search/pairs.h"

namespace dynamo::search {

struct Pairing {
  std::vector<Estimate> rows;                  ///< tokens/s/GPU descending
  std::int64_t feasible = 0;                   ///< rows that meet the targets
};

/// What is asked of pairs, beside the units.
struct PairTargets {
  std::vector<Limits> ladder;
  std::optional<double> tpot_ms;               ///< targets of the request, for the accounting only
  std::optional<double> request_latency_ms;
};

/// The rows of `pairs`, and every other pair in a log.
[[nodiscard]] Pairing pair_workers(Pairs& pairs, const PairTargets& targets, DropLog& prefill_drops, DropLog& decode_drops);

}  // namespace dynamo::search
