#pragma once

#include <span>
#include <vector>

#include "search/drop_log.h"
#include "search/schedules.h"
#include "search/search.h"

namespace dynamo::search {

/// What pairing prefill and decode workers depends on, beside the workers.
struct PairingRules {
  int total_gpus = 0;
  int osl = 0;
  bool same_tp = false;                        ///< the KV transfer needs equal attention TP on both sides
  std::vector<Limits> ladder;
  std::optional<double> tpot_ms;               ///< targets of the request, for the accounting only
  std::optional<double> request_latency_ms;
  bool wide_experts = false;                   ///< some worker may spread its experts over several nodes
};

struct Pairing {
  std::vector<Estimate> rows;                  ///< tokens/s/GPU descending
  std::int64_t feasible = 0;                   ///< rows that meet the targets
};

/// The rows alone.
[[nodiscard]] std::vector<Estimate> best_pairs(std::span<const RoleRow> prefill, std::span<const RoleRow> decode,
                                               const PairingRules& rules);

/// The best units under every limit: one per decode layout, at most five per limit, each once.
[[nodiscard]] Pairing pair_workers(std::span<const RoleRow> prefill, std::span<const RoleRow> decode,
                                   const PairingRules& rules, DropLog& prefill_drops, DropLog& decode_drops);

}  // namespace dynamo::search
