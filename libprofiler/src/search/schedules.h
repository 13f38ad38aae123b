#pragma once

#include <limits>
#include <optional>
#include <vector>

namespace dynamo::search {

/// Sequences per attention replica of an aggregated worker, 1 … 512.
[[nodiscard]] std::vector<int> aggregated_batches();
/// Likewise of a decode worker: finer, because there is no second dimension.
[[nodiscard]] std::vector<int> decode_batches();

/// Prefill tokens per step worth trying for prompts of `isl` tokens; without chunked prefill mostly multiples of `isl`.
[[nodiscard]] std::vector<int> context_budgets(int isl, bool chunked_prefill);

struct AggregatedLoad {
  int batch = 0;
  int ctx_tokens = 0;
};

/// The operating points of one aggregated worker, batch outermost. Without speculation, points whose mixed step would carry the
/// same number of decode requests as an earlier one are left out: they are the same step.
[[nodiscard]] std::vector<AggregatedLoad> aggregated_loads(int isl, int osl, bool chunked_prefill, bool speculative);

/// Latency limits that a candidate has to keep, ms. A search runs over a ladder of them, so that rows exist for every trade-off.
struct Limits {
  double ttft_ms = std::numeric_limits<double>::infinity();
  double tpot_ms = std::numeric_limits<double>::infinity();
};

/// One TTFT limit and 75 ITL limits from 1 to 295 ms.
[[nodiscard]] std::vector<Limits> tpot_ladder(std::optional<double> ttft_ms);

/// Ways to split an end-to-end limit into TTFT and ITL, ascending TTFT. Needs osl > 1.
[[nodiscard]] std::vector<Limits> request_latency_ladder(double request_latency_ms, std::optional<double> ttft_ms, int osl);

/// The smallest end-to-end limit with a split that has room for a first token after `ttft_ms` and the rest of an answer in
/// `decode_ms` more. A wider limit may have none again: its splits lie elsewhere.
[[nodiscard]] double first_room(double ttft_ms, double decode_ms);

/// The widest limits of a ladder: what lies beyond can never become a row.
[[nodiscard]] Limits loosest(const std::vector<Limits>& ladder);

}  // namespace dynamo::search
