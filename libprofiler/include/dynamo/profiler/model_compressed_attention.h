#pragma once

namespace dynamo {

/// Attention of DeepSeek-V4: every layer attends to the last tokens as they are and, in most layers, to all earlier ones in
/// compressed form. All counts are of the unsharded model; `window` 0 = the model has none of this.
struct CompressedAttentionSpec {
  int window = 0;             ///< tokens attended to uncompressed
  int window_layers = 0;      ///< layers that see nothing but the window
  int selected_layers = 0;    ///< layers that compress by 4 and attend to the entries an indexer selects
  int dense_layers = 0;       ///< layers that compress by 128 and attend to all entries
  int o_lora_rank = 0;
  int o_groups = 0;           ///< of the output projection
  int index_heads = 0;
  int index_head_dim = 0;
  int index_topk = 0;         ///< entries an indexer selects
  int hyper_connections = 0;  ///< residual streams that are mixed before and after every block
  int mixing_iterations = 0;  ///< Sinkhorn steps of one mix

  [[nodiscard]] bool present() const { return window > 0; }
};

inline constexpr int kSelectedRatio = 4;     ///< tokens per entry where an indexer selects
inline constexpr int kDenseRatio = 128;      ///< and where it does not

}  // namespace dynamo
