#pragma once

namespace dynamo {

/// Kimi-K3: most layers hold a delta-rule state instead of a KV cache, and routed experts work in a narrower space.
/// `delta_layers` 0 = the model has none of this.
struct KimiHybridSpec {
  int delta_layers = 0;        ///< layers with Kimi delta attention; the rest attend to a latent KV cache
  int delta_heads = 0;
  int delta_head_dim = 0;
  int conv_width = 0;          ///< taps of the short convolution before the state
  int expert_hidden = 0;       ///< width in which routed experts work; 0 = the hidden width
  int dense_ffn_layers = 0;    ///< first layers without experts
  int residual_block = 0;      ///< layers of a cross-layer residual block; 0 = none

  [[nodiscard]] bool present() const { return delta_layers > 0; }
};

}  // namespace dynamo
