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

/// What selecting looks at of a candidate. Apart from the rows, which are too large to be walked once per limit.
struct Runner {
  std::size_t index = 0;           ///< of the candidate
  double ttft_ms = 0, tpot_ms = 0;
  double tokens_per_s_gpu = 0;
};

/// One for every candidate, most requests per second first.
[[nodiscard]] std::vector<Runner> fastest_first(std::span<const AggregatedRow> candidates);

/// `runners` are those of `fastest_first`; they do not depend on the ladder.
[[nodiscard]] Selection select(std::span<const Runner> runners, const std::vector<Limits>& ladder);

}  // namespace dynamo::search
