#pragma once

#include <span>
#include <vector>

#include "search/schedules.h"
#include "search/search.h"

namespace dynamo::search {

/// The fastest rows of one layout under every limit of a ladder.
struct Selection {
  std::vector<std::size_t> kept;   ///< indices of rows handed on, each once, in the order in which the ladder met them
  std::vector<bool> taken;         ///< by candidate
  std::vector<double> slowest;     ///< by limit: tokens/s/GPU of the last row it took
};

[[nodiscard]] inline bool within(const AggregatedRow& candidate, const Limits& limits) {
  return candidate.ttft_ms <= limits.ttft_ms && candidate.tpot_ms <= limits.tpot_ms;
}

[[nodiscard]] std::vector<std::size_t> fastest_first(std::span<const AggregatedRow> candidates);

/// `order` is that of `fastest_first`; it does not depend on the ladder.
[[nodiscard]] Selection select(std::span<const AggregatedRow> candidates, std::span<const std::size_t> order,
                               const std::vector<Limits>& ladder);

}  // namespace dynamo::search
