#pragma once

#include <vector>

#include "perf/engine.h"

namespace dynamo::perf {

/// What a worker is going to run.
struct PhaseNeeds {
  bool prefill = true;
  bool decode = true;
};

/// Who asks: a search prefers all-to-all kernels wherever they were measured, an exact question only where experts are spread
/// wider than a node.
enum class ExchangePolicy { kWhereNeeded, kWhereMeasured };

/// How the experts of a layout are reached. Errors: kInvalidConfig (experts over several nodes that are sharded too), kMissingData
/// (over several nodes, and a needed phase was not measured).
[[nodiscard]] Result<ExpertExchange> resolve_exchange(const Database& database, const ModelSpec& model, MoeQuant quant,
                                                      const Parallelism& layout, PhaseNeeds needs, ExchangePolicy policy);

/// Formats of an engine whose experts are reached like that.
[[nodiscard]] Result<QuantModes> resolve_quant(const Database& database, const ModelSpec& model, Role role,
                                               const QuantOverrides& overrides, const ExpertExchange& exchange);

/// What of an engine's formats changes with the exchange: beside DeepEP SGLang's attention of DeepSeek-V3 was measured in fp8, which
/// holds unless the user names other formats.
[[nodiscard]] QuantModes formats_beside(const ExpertExchange& exchange, Backend backend, const ModelSpec& model,
                                        const QuantOverrides& overrides, QuantModes modes);

/// Widths of expert parallelism beyond one node that were measured for all needed phases, ascending.
[[nodiscard]] std::vector<int> measured_wide_widths(const Database& database, const ModelSpec& model, MoeQuant quant,
                                                    PhaseNeeds needs);

}  // namespace dynamo::perf
