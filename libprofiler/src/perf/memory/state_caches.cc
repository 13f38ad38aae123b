#include "perf/memory/state_caches.h"

#include <algorithm>

namespace dynamo::perf {

namespace {

constexpr double kFp32Bytes = 4;
constexpr double kIndexEntryBytes = 0.5;   ///< the indexer's cache holds FP4

/// A compressor keeps a value and a score for every token that its next entry is made of.
double compressor_bytes(int ratio, double width) { return 2.0 * ratio * width * kFp32Bytes; }

}  // namespace

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
