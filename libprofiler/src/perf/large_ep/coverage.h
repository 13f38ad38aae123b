#pragma once

#include <optional>
#include <set>
#include <string>

#include "perf/database_impl.h"
#include "perf/expert_exchange.h"

namespace dynamo::perf {

enum class ExchangePhase { kPrefill, kDecode };
enum class ExchangeStep { kPrepare, kDispatch, kCombine };

/// Where an all-to-all was measured.
struct ExchangePlace {
  int ep = 1;
  int nodes = 1;
};

/// Format on the wire as the tables spell it; empty where the kernel does not carry that expert format.
[[nodiscard]] std::string wire_format(AllToAll kernel, MoeQuant quant, ExchangePhase phase, ExchangeStep step,
                                      const SystemSpec& system);

/// Slice of table `moe_a2a`; nullptr without.
[[nodiscard]] const Slice* exchange_slice(const Database::Impl& database, AllToAll kernel, ExchangeStep step,
                                          const std::string& format, ExchangePlace place, const ModelSpec& model);

/// Slice of DeepEP's own tables, which SGLang has instead: eight ranks a node; nullptr without.
[[nodiscard]] const Slice* deep_ep_slice(const Database::Impl& database, AllToAll kernel, ExchangePlace place,
                                         const ModelSpec& model);

/// Multiprocessors that serving lends to the high-throughput kernel of SGLang and vLLM; the others have no such budget.
[[nodiscard]] inline std::uint32_t sm_budget(AllToAll kernel) { return kernel == AllToAll::kDeepEpHt ? 20 : 0; }

/// The measurement that stands for `ep` ranks: of just these ranks and nodes, or of one full node where the kernel allows that.
[[nodiscard]] std::optional<ExchangePlace> exchange_place(const Database::Impl& database, AllToAll kernel, MoeQuant quant,
                                                          ExchangePhase phase, int ep, const ModelSpec& model);

/// The table of experts behind an all-to-all: SGLang measured each phase.
[[nodiscard]] std::string_view wide_experts_table(Backend backend, ExchangePhase phase);

/// Widths that the experts themselves were measured with in that phase, unsharded.
[[nodiscard]] std::set<int> expert_widths(const Database::Impl& database, MoeQuant quant, ExchangePhase phase,
                                          const ModelSpec& model);

/// The first kernel of the backend that was measured at that width; absent = none.
[[nodiscard]] std::optional<AllToAll> measured_kernel(const Database::Impl& database, const ModelSpec& model, MoeQuant quant,
                                                      ExchangePhase phase, int ep);

[[nodiscard]] inline int nodes_of(const SystemSpec& system, int ep) {
  return (ep + system.gpus_per_node - 1) / system.gpus_per_node;
}

}  // namespace dynamo::perf
