#pragma once

namespace dynamo {

/// The layers of a model that attend in one way.
struct AttentionLayers {
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;        ///< of queries and keys
  int value_dim = 0;       ///< of values
  int window = 0;          ///< tokens a query sees, 0 = all
  int expert_layers = 0;   ///< of these layers, those with routed experts
  int dense_layers = 0;    ///< the rest
  [[nodiscard]] constexpr int layers() const { return expert_layers + dense_layers; }
};

/// A model that mixes layers with full and with windowed attention, with experts and without (Llama 4, MiMo-V2-Flash, Gemma 4,
/// Step-3.7). Empty for models whose layers are all alike.
struct HybridSpec {
  AttentionLayers full;
  AttentionLayers windowed;
  int dense_intermediate = 0;    ///< FFN width of layers without experts
  int shared_intermediate = 0;   ///< width of the expert that every token of an expert layer visits, 0 = none
  bool head_gate = false;        ///< a learned gate scales every head's output
  bool value_is_key = false;     ///< full attention projects no values of its own: they are the projected keys
};

}  // namespace dynamo
