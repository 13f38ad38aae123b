#pragma once

#include <optional>

#include "dynamo/profiler/quantization.h"

namespace dynamo {

/// Layers of gated delta rule (Qwen3.5) among layers of full attention. Head counts are those of the whole model.
struct GdnSpec {
  int linear_layers = 0;
  int full_layers = 0;
  int key_heads = 0;
  int key_head_dim = 0;
  int value_heads = 0;
  int value_head_dim = 0;
  int conv_kernel = 0;         ///< tokens that the convolution before the recurrence sees
  int state_bytes = 4;         ///< an element of the recurrent state
  bool bf16_state = false;     ///< two bytes may also be fp16

  /// Channels of the convolution: queries, keys and values.
  [[nodiscard]] int conv_channels() const { return 2 * key_heads * key_head_dim + value_heads * value_head_dim; }
};

/// Layers of Mamba-2 (Nemotron-H) among attention, expert and MLP layers.
struct MambaSpec {
  int mamba_layers = 0;
  int attention_layers = 0;
  int expert_layers = 0;
  int mlp_layers = 0;
  int heads = 0;
  int head_dim = 0;
  int state_size = 0;
  int conv_kernel = 0;
  int groups = 0;
  int chunk = 0;               ///< tokens of a step of the scan
  int latent = 0;              ///< width in which the routed experts work, 0 = the hidden one
};

/// Formats of dense parts where the checkpoint states them; absent = the format of all dense weights.
struct PartFormats {
  std::optional<GemmQuant> projections;     ///< of attention and of gated delta rule
  std::optional<GemmQuant> dense_ffn;
  std::optional<GemmQuant> shared_expert;
};

}  // namespace dynamo
