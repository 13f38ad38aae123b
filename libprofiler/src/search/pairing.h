#pragma once

#include <span>
#include <vector>

#include "search/drop_log.h"
#include "search/pairs.h"

namespace dynamo::search {

/// What pairing prefill and decode workers depends on, beside the workers.
struct PairingRules : UnitRules {
  std::vector<Limits> ladder;
  std::optional<double> tpot_ms;               ///< targets of the request, for the accounting only
  std::optional<double> request_latency_ms;
};

struct Pairing {
  std::vector<Estimate> rows;                  ///< tokens/s/GPU descending
  std::int64_t feasible = 0;                   ///< rows that meet the targets
};

/// The rows of `Pairs`, and every other pair in a log.
[[nodiscard]] Pairing pair_workers(std::span<const RoleRow> prefill, std::span<const RoleRow> decode,
                                   const PairingRules& rules, DropLog& prefill_drops, DropLog& decode_drops);

}  // namespace dynamo::search
