#include "perf/memory/state_caches.h"

#include <algorithm>

#include "perf/graph.h"

namespace dynamo::perf {

namespace {

constexpr double kFp32Bytes = 4;
constexpr double kIndexEntryBytes = 0.5;   ///< the indexer's cache holds FP4

/// A compressor keeps a value and a score for every token that its next entry is made of.
double compressor_bytes(int ratio, double width) { return 2.0 * ratio * width * kFp32Bytes; }

/// Slots of the state pool a request takes: the state in use, and those kept so that other requests can go on from a prefix.
constexpr double kStateSlots = 5;

}  // namespace

double kimi_cache_bytes(const ModelSpec& model, KvQuant kv, Backend backend, int tp, bool drafting, int seq_len) {
  constexpr double kBf16Bytes = 2;
  constexpr double kConvolutions = 3;   // of queries, keys and values
  const KimiHybridSpec& spec = model.kimi_hybrid;
  double elements = static_cast<double>(model.layers - spec.delta_layers) * (model.kv_lora_rank + model.qk_rope_head_dim);
  if (drafting) elements += kimi_draft_cache_elements(backend, tp);
  const double width = static_cast<double>(std::max(1, spec.delta_heads / tp)) * spec.delta_head_dim;
  const double state = width * spec.delta_head_dim * kFp32Bytes + (spec.conv_width - 1) * kConvolutions * width * kBf16Bytes;
  return seq_len * facts_of(kv).bytes_per_element * elements + spec.delta_layers * state * kStateSlots;
}

double compressed_cache_bytes(const ModelSpec& model, KvQuant kv, int seq_len) {
  const CompressedAttentionSpec& spec = model.compressed_attention;
  const double entry = model.head_dim * facts_of(kv).bytes_per_element;
  const double window = std::min(seq_len, spec.window) * entry;
  const double dense = window + seq_len / kDenseRatio * entry + compressor_bytes(kDenseRatio, model.head_dim);
  const double selected = window + seq_len / kSelectedRatio * (entry + spec.index_head_dim * kIndexEntryBytes) +
                          compressor_bytes(kSelectedRatio, 2.0 * model.head_dim) +
                          compressor_bytes(kSelectedRatio, 2.0 * spec.index_head_dim);
  return spec.window_layers * window + spec.dense_layers * dense + spec.selected_layers * selected;
}

}  // namespace dynamo::perf
