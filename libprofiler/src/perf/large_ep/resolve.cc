#include "perf/large_ep/resolve.h"

#include "perf/large_ep/coverage.h"

namespace dynamo::perf {

namespace {

/// Families whose graphs know all-to-all kernels.
bool knows_exchange(Family family) {
  return family == Family::kMoe || family == Family::kDeepseek || family == Family::kDeepseekV32 || family == Family::kKimiK25;
}

Error not_measured(const Database::Impl& database, const ModelSpec& model, int ep) {
  return {ErrorKind::kMissingData, "experts of " + model.id + " over " + std::to_string(ep) + " GPUs span nodes of " +
                                       std::to_string(database.system.gpus_per_node) + " GPUs, and no all-to-all kernel was measured for that on " +
                                       database.system.name + " with " + std::string(name_of(database.backend)) + " " +
                                       database.version};
}

ExpertExchange measured(const Database::Impl& database, const ModelSpec& model, MoeQuant quant, int ep, PhaseNeeds wanted) {
  ExpertExchange found;
  if (wanted.prefill) found.prefill = measured_kernel(database, model, quant, ExchangePhase::kPrefill, ep);
  if (wanted.decode) found.decode = measured_kernel(database, model, quant, ExchangePhase::kDecode, ep);
  return found;
}

bool covers(const ExpertExchange& found, PhaseNeeds needs) {
  return (!needs.prefill || found.prefill.has_value()) && (!needs.decode || found.decode.has_value());
}

}  // namespace

Result<ExpertExchange> resolve_exchange(const Database& database, const ModelSpec& model, MoeQuant quant,
                                        const Parallelism& layout, PhaseNeeds needs, ExchangePolicy policy) {
  const Database::Impl& tables = database.impl();
  if (!model.states_expert_layout() || layout.moe_ep <= 1) return ExpertExchange{};
  const bool wide = layout.moe_ep > tables.system.gpus_per_node;
  const bool even = layout.tp * layout.dp * layout.cp == layout.moe_tp * layout.moe_ep;
  if (wide && !even && layout.moe_tp == 1) return ExpertExchange{};   // refused when the graph is built
  const bool search = policy == ExchangePolicy::kWhereMeasured;
  if (!wide && !search) return ExpertExchange{};
  if (layout.moe_tp != 1) {
    if (!wide) return ExpertExchange{};
    return std::unexpected(Error{ErrorKind::kInvalidConfig,
                                 "experts over several nodes cannot be sharded: moe_ep " + std::to_string(layout.moe_ep) +
                                     " needs moe_tp 1, not " + std::to_string(layout.moe_tp)});
  }
  ExpertExchange found;
  const bool needs_replicas = tables.backend == Backend::kTrtllm && layout.dp <= 1;
  if (knows_exchange(model.family) && !needs_replicas) {
    found = measured(tables, model, quant, layout.moe_ep, search ? PhaseNeeds{} : needs);
  }
  if (covers(found, needs)) return found;
  if (wide) return std::unexpected(not_measured(tables, model, layout.moe_ep));
  return ExpertExchange{};
}

Result<QuantModes> resolve_quant(const Database& database, const ModelSpec& model, Role role, const QuantOverrides& overrides,
                                 const ExpertExchange& exchange) {
  // What plain prefill attention was measured in does not bind the attention kernels beside an all-to-all.
  // Blocks of sparse attention are the same there.
  const bool bound = !exchange.any() || model.family == Family::kDeepseekV32;
  auto modes = database.resolve_quant(model, bound ? role : Role::kDecode, overrides);
  if (modes.has_value()) *modes = formats_beside(exchange, database.backend(), model, overrides, *modes);
  return modes;
}

QuantModes formats_beside(const ExpertExchange& exchange, Backend backend, const ModelSpec& model, const QuantOverrides& overrides,
                          QuantModes modes) {
  const bool measured_in_fp8 = model.architecture == "DeepseekV3ForCausalLM";
  if (!exchange.any() || backend != Backend::kSglang || !measured_in_fp8) return modes;
  modes.fmha = overrides.fmha.value_or(FmhaQuant::kFp8Block);
  modes.kv = overrides.kv.value_or(KvQuant::kFp8);
  return modes;
}

std::vector<int> measured_wide_widths(const Database& database, const ModelSpec& model, MoeQuant quant, PhaseNeeds needs) {
  std::vector<int> wide;
  if (!model.is_moe() || !knows_exchange(model.family)) return wide;
  const Database::Impl& tables = database.impl();
  std::set<int> candidates = expert_widths(tables, quant, ExchangePhase::kPrefill, model);
  candidates.merge(expert_widths(tables, quant, ExchangePhase::kDecode, model));
  for (const int ep : candidates) {
    if (ep > tables.system.gpus_per_node && covers(measured(tables, model, quant, ep, needs), needs)) wide.push_back(ep);
  }
  return wide;
}

}  // namespace dynamo::perf
