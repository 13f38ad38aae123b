#include "perf/memory/footprint.h"

#include <algorithm>
#include <cmath>

#include "facts/backend_facts.h"
#include "facts/kv_fraction.h"
#include "perf/roofline_sparse.h"
#include "perf/memory/state_caches.h"

namespace dynamo::perf {

namespace {

constexpr double kGib = 1073741824.0;

/// Column for a tensor-parallel width; 0 for widths nobody measured.
std::size_t tp_column(int tp) {
  switch (std::min(tp, 8)) {
    case 1: return 0;
    case 2: return 1;
    case 4: return 2;
    default: return 3;
  }
}

/// Bytes per token and attention width.
double activation_bytes_of(const facts::EngineMemory& memory, Family family, int tp) {
  const auto row = std::ranges::find(memory.activations_of_families, family, &facts::FamilyActivations::family);
  const facts::ByTensorWidth& bytes = row == memory.activations_of_families.end() ? memory.activations : row->bytes;
  return bytes.bytes[tp_column(tp)];
}

bool has_latent_attention(Family family) {
  return family == Family::kDeepseek || family == Family::kKimiK25 || family == Family::kDeepseekV32;
}

/// Of a token in a layer: sparse attention keeps the rotated part in bf16 and an index beside.
double latent_bytes(const ModelSpec& model, KvQuant kv) {
  const double bytes = facts_of(kv).bytes_per_element;
  if (model.indexer.heads == 0) return bytes * (model.kv_lora_rank + model.qk_rope_head_dim);
  return bytes * model.kv_lora_rank + 2.0 * model.qk_rope_head_dim + SparseRoofline::index_entry_bytes(model.indexer.head_dim);
}

/// Families whose windowed layers keep no more of the cache than the window, and whose experts sort tokens in a buffer.
bool caps_window(Family family) { return family == Family::kGemma4Mix || family == Family::kStep3p7; }

bool sorts_by_expert(Family family) { return has_latent_attention(family) || family == Family::kDeepseekV4; }

/// Buffer in which tokens are sorted by expert, with one 4-byte scale per block of 128: every token of every attention replica,
/// for each of the rank's experts that it may choose.
double expert_workspace_bytes(const ModelSpec& model, Backend backend, const Parallelism& parallel, int tokens) {
  constexpr double kScaleBlock = 128;
  constexpr double kScaleBytes = 4;
  const bool residual = backend == Backend::kSglang || caps_window(model.family);
  const double width = residual ? model.hidden : static_cast<double>(model.heads) * model.head_dim;
  const double pairs = static_cast<double>(model.experts) * model.experts_per_token / parallel.moe_ep;
  return tokens * width * parallel.dp * pairs / kScaleBlock * kScaleBytes;
}

}  // namespace

Footprint::Footprint(const Database::Impl& database, const ModelSpec& model, const QuantModes& quant, const Parallelism& parallel,
                     int nextn, const Graph& graph)
    : database_(database), model_(model), quant_(quant), parallel_(parallel), nextn_(nextn) {
  for (const OperatorPtr& op : graph.context) weight_bytes_ += op->weight_bytes();
  weight_bytes_ /= parallel.pp;
  for (const OperatorPtr& op : graph.encoder.patches) encoder_weight_bytes_ += op->weight_bytes();
  for (const OperatorPtr& op : graph.encoder.tokens) encoder_weight_bytes_ += op->weight_bytes();
}

double Footprint::token_kv_bytes() const {
  const int kv_heads = (model_.kv_heads + parallel_.tp - 1) / parallel_.tp;
  return static_cast<double>(kv_heads) * model_.head_dim * 2.0 * facts_of(quant_.kv).bytes_per_element;
}

double Footprint::delta_state_bytes() const {
  constexpr double kConvolutionBytes = 2;
  const GdnSpec& gdn = model_.gdn;
  const double state = static_cast<double>(gdn.value_heads / parallel_.tp) * gdn.key_head_dim * gdn.value_head_dim * gdn.state_bytes;
  const double window = static_cast<double>(gdn.conv_channels() / parallel_.tp) * (gdn.conv_kernel - 1) * kConvolutionBytes;
  return gdn.linear_layers * (state + window);
}

double Footprint::kv_bytes(int seq_len) const {
  if (model_.compressed_attention.present()) return compressed_cache_bytes(model_, quant_.kv, seq_len);
  if (model_.kimi_hybrid.present()) {
    return kimi_cache_bytes(model_, quant_.kv, database_.backend, parallel_.tp, nextn_ > 0, seq_len);
  }
  if (has_latent_attention(model_.family)) {
    return latent_bytes(model_, quant_.kv) * model_.layers * seq_len;   // the same on every rank
  }
  if (model_.family == Family::kQwen35) return token_kv_bytes() * model_.gdn.full_layers * seq_len + delta_state_bytes();
  const double layer = token_kv_bytes();
  if (caps_window(model_.family)) return windowed_kv_bytes(seq_len);
  if (has_alternating_windows(model_)) {
    const int windowed = model_.layers / 2;
    return layer * (static_cast<double>(windowed) * std::min(seq_len, kAlternatingWindow) +
                    static_cast<double>(model_.layers - windowed) * seq_len);
  }
  return layer * model_.layers * seq_len;
}

double Footprint::windowed_kv_bytes(int seq_len) const {
  const auto bytes = [&](const AttentionLayers& kind) {
    const int kept = kind.window > 0 ? std::min(seq_len, kind.window) : seq_len;
    // Keys and values have one width; the reference takes Step's from its layers with full attention.
    const AttentionLayers& widths = model_.family == Family::kStep3p7 ? model_.hybrid.full : kind;
    const int kv_heads = (widths.kv_heads + parallel_.tp - 1) / parallel_.tp;
    return static_cast<double>(kind.layers()) * kv_heads * widths.head_dim * 2.0 * facts_of(quant_.kv).bytes_per_element * kept;
  };
  return bytes(model_.hybrid.full) + bytes(model_.hybrid.windowed);
}

double Footprint::activation_bytes(const Load& load) const {
  const facts::EngineMemory& engine = facts::backend_facts(database_.backend).memory;
  const double width = static_cast<double>(model_.heads) * model_.head_dim;
  double bytes = load.tokens * width * activation_bytes_of(engine, model_.family, parallel_.tp);
  if (sorts_by_expert(model_.family) || caps_window(model_.family)) {
    bytes += expert_workspace_bytes(model_, database_.backend, parallel_, load.tokens);
  }
  bytes = std::max(bytes, engine.least_activation_bytes);
  if (load.drafting && nextn_ > 0) {
    if (load.drafted_tokens.has_value() && load.tokens > 0) {
      const double drafted = std::clamp(*load.drafted_tokens, 0, load.tokens);
      bytes *= (load.tokens - drafted + drafted * (nextn_ + 1)) / load.tokens;
    } else {
      bytes *= nextn_ + 1;
    }
  }
  return bytes * engine.activation_overhead;
}

MemoryBreakdown Footprint::encoder(const EncoderLoad& load) const {
  if (load.images == 0) return {};
  constexpr double kMinEncoderActivations = 32 * 1048576.0;
  constexpr double kWidthsAlive = 3;   // queries to values, attention output, FFN: of one patch, in hidden widths
  constexpr double kBf16Bytes = 2;
  const VisionSpec& vision = model_.vision;
  const double patches = static_cast<double>(load.own_images) * load.image.patches;
  const double tokens = static_cast<double>(load.images) * load.image.tokens;   // every rank holds the whole batch's
  const double bytes = kBf16Bytes * (patches * vision.hidden * kWidthsAlive + tokens * vision.output * vision.projectors);
  return {.weights_gib = encoder_weight_bytes_ / kGib, .activations_gib = std::max(bytes, kMinEncoderActivations) / kGib};
}

MemoryBreakdown Footprint::of(const Load& load) const {
  const double runtime_overhead = facts::backend_facts(database_.backend).memory.runtime_overhead;
  return {.weights_gib = weight_bytes_ / kGib,
          .activations_gib = activation_bytes(load) / kGib,
          .kv_cache_gib = load.batch * kv_bytes(load.seq_len) / kGib,
          .nccl_gib = database_.system.nccl_mem_bytes[tp_column(parallel_.tp)] / kGib,
          .others_gib = database_.system.other_mem_bytes * runtime_overhead / kGib};
}

double KvBudget::bytes(double capacity, double non_kv) const {
  const double share = fraction * (1.0 - reserved) * (1.0 - tolerance);
  return of_free ? (capacity - non_kv) * share : capacity * share - non_kv;
}

KvBudget kv_budget(const Database::Impl& database, const Parallelism& parallel, BudgetRole role, std::optional<double> fraction) {
  const facts::EngineMemory& engine = facts::backend_facts(database.backend).memory;
  const double own = default_kv_fraction(database.backend, database.version, parallel, database.system.mem_capacity_bytes,
                                         role == BudgetRole::kAggregated);
  return {fraction.value_or(own), engine.kv_share_of_free, engine.block_allocator_share, engine.tolerance_share};
}

}  // namespace dynamo::perf
