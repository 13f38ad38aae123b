#include "perf/operators/sparse_rows.h"

#include <algorithm>
#include <array>

namespace dynamo::perf {

namespace {

constexpr std::string_view kWithoutIndexer = "_skip_indexer";

std::string operation(SparsePhase phase, SparseLayer layer) {
  std::string name = phase == SparsePhase::kPrefill ? "dsa_context_module" : "dsa_generation_module";
  if (layer == SparseLayer::kTakesOver) name += kWithoutIndexer;
  return name;
}

std::string table_name(SparsePhase phase, SparseKernel kernel) {
  return operation(phase, SparseLayer::kChooses) + (kernel == SparseKernel::kFlashMla ? "_flashmla" : "");
}

Result<bool> has_layer(const Database::Impl& database, SparsePhase phase, SparseLayer layer) {
  for (const SparseKernel kernel : {SparseKernel::kTrtllm, SparseKernel::kFlashMla}) {
    const auto table = database.table(table_name(phase, kernel));
    if (!table.has_value()) return std::unexpected(table.error());
    if (*table == nullptr) continue;
    const std::string prefix = operation(phase, layer) + "|";
    if (std::ranges::any_of((*table)->slices, [&](const Slice& slice) { return slice.key.starts_with(prefix); })) return true;
  }
  return false;
}

}  // namespace

SparseRoof sparse_roof(const Database::Impl& database, const ModelSpec& model, const SparseAttentionConfig& config,
                       SparsePhase phase) {
  SparseRoof out;
  const auto rate = [&](const QuantFacts& quant) {
    const Result<double> flops = database.flops(quant);
    if (!flops.has_value() && !out.error.has_value()) out.error = flops.error();
    return flops.value_or(0.0);
  };
  const FmhaQuant attention = phase == SparsePhase::kPrefill ? config.fmha : FmhaQuant::kBfloat16;
  out.roofline = {.hidden = static_cast<double>(model.hidden),
                  .query_rank = static_cast<double>(model.q_lora_rank),
                  .latent = static_cast<double>(model.kv_lora_rank),
                  .nope = static_cast<double>(model.qk_nope_head_dim),
                  .rope = static_cast<double>(model.qk_rope_head_dim),
                  .value = static_cast<double>(model.v_head_dim),
                  .index_heads = static_cast<double>(model.indexer.heads),
                  .index_width = static_cast<double>(model.indexer.head_dim),
                  .topk = static_cast<double>(model.indexer.topk),
                  .gemm_flops = rate(facts_of(config.gemm)),
                  .index_flops = rate(facts_of(FmhaQuant::kFp8)),
                  .attention_flops = rate(facts_of(attention)),
                  .gemm_bytes = facts_of(config.gemm).bytes_per_element,
                  .kv_bytes = facts_of(config.kv).bytes_per_element,
                  .query_bytes = facts_of(attention).bytes_per_element,
                  .bytes_per_s = database.system.mem_bytes_per_s};
  return out;
}

Result<const Slice*> sparse_rows(const Database::Impl& database, SparsePhase phase, SparseLayer layer, SparseKernel kernel,
                                 const ModelSpec& model, const SparseAttentionConfig& config) {
  std::string key = operation(phase, layer) + "|";
  if (phase == SparsePhase::kPrefill) key += std::string(facts_of(config.fmha).name) + "|";
  key += std::string(facts_of(config.kv).name) + "|" + std::string(facts_of(config.gemm).name) + "|" + model.architecture;
  const SparseKernel other = kernel == SparseKernel::kTrtllm ? SparseKernel::kFlashMla : SparseKernel::kTrtllm;
  for (const SparseKernel one : {kernel, other}) {
    const auto table = database.table(table_name(phase, one));
    if (!table.has_value()) return std::unexpected(table.error());
    const Slice* slice = *table == nullptr ? nullptr : (*table)->find(key);
    if (slice != nullptr && slice->grid.points() > 0) return slice;
  }
  return std::unexpected(Error{ErrorKind::kMissingData, "no measured sparse attention for " + key});
}

double choosing_share(const Database::Impl& database, SparsePhase phase, const ModelSpec& model) {
  if (database.backend != Backend::kSglang || model.indexer.layers >= model.layers) return 1.0;
  const double share = static_cast<double>(model.indexer.layers) / model.layers;
  if (database.mode == DatabaseMode::kSol) return share;
  return has_layer(database, phase, SparseLayer::kTakesOver).value_or(true) ? share : 1.0;
}

}  // namespace dynamo::perf
