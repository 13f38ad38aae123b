#pragma once

#include <vector>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// The vision encoder on one GPU. Every tensor-parallel rank holds all of it and encodes its share of the images.
struct EncoderGraph {
  std::vector<OperatorPtr> patches;   ///< run on the patches
  std::vector<OperatorPtr> tokens;    ///< run on the tokens that patches are merged into
  [[nodiscard]] bool empty() const { return patches.empty(); }
};

/// The operators of one forward pass on one GPU of a worker, in execution order. The names `context_attention` and
/// `generation_attention` matter: a mixed step prices them apart.
struct Graph {
  std::vector<OperatorPtr> context;
  std::vector<OperatorPtr> generation;
  EncoderGraph encoder = {};   ///< empty for models that read text only
};

/// What a graph is compiled from.
struct GraphInput {
  const Database::Impl& database;
  const ModelSpec& model;
  const QuantModes& quant;
  const Parallelism& parallel;
  int nextn = 0;   ///< draft layers of multi-token prediction
  ExpertExchange exchange = {};

  /// Drafting runs (L + N) / L as many layers in every generation step.
  [[nodiscard]] double draft_factor() const { return static_cast<double>(model.layers + nextn) / model.layers; }
};

/// Compiles the graph of the model's family. Errors: kInvalidConfig for layouts that cannot hold the model and for families
/// without a graph.
[[nodiscard]] Result<Graph> build_graph(const GraphInput& input);

/// Dense models with grouped-query attention: Llama, Qwen2, Qwen3, MiMo.
[[nodiscard]] Graph build_llama_graph(const GraphInput& input);

/// Mixtral, Qwen2/3-MoE, gpt-oss and MiniMax-M2: grouped-query attention and routed experts in every layer.
[[nodiscard]] Graph build_moe_graph(const GraphInput& input);

/// DeepSeek-V3 and Kimi-K2: latent attention, a shared and routed experts in every layer.
[[nodiscard]] Graph build_deepseek_graph(const GraphInput& input);

/// Qwen3.5 and 3.6: layers of gated delta rule among layers of full attention, dense or with experts.
[[nodiscard]] Graph build_qwen35_graph(const GraphInput& input);

/// Nemotron-H and Nemotron 3: layers of Mamba-2, attention, experts and MLPs by the pattern of the checkpoint.
[[nodiscard]] Graph build_nemotron_h_graph(const GraphInput& input);
/// Llama 4, MiMo-V2-Flash and Step-3.7: full and windowed attention, layers with experts and dense ones.
[[nodiscard]] Graph build_hybrid_graph(const GraphInput& input);

/// Gemma 4: full and windowed attention, a dense FFN and experts side by side.
[[nodiscard]] Graph build_gemma_graph(const GraphInput& input);

/// Nemotron NAS: every layer with widths of its own.
[[nodiscard]] Graph build_searched_blocks_graph(const GraphInput& input);

/// The encoder of a model that has one.
[[nodiscard]] EncoderGraph build_encoder_graph(const GraphInput& input);

/// DeepSeek-V3.2 and GLM-5: sparse latent attention, a shared and routed experts in every layer.
[[nodiscard]] Graph build_deepseek_v32_graph(const GraphInput& input);
/// DeepSeek-V4: compressed attention between mixed residual streams, a shared and routed experts in every layer.
[[nodiscard]] Graph build_deepseek_v4_graph(const GraphInput& input);

/// Kimi-K3: delta attention, latent attention with an output gate, and experts in a narrower space.
[[nodiscard]] Graph build_kimi_k3_graph(const GraphInput& input);
/// Cached values a token of its draft model, on one rank.
[[nodiscard]] int kimi_draft_cache_elements(Backend backend, int tp);

/// MiniMax-M3: attention to chosen blocks of tokens, a shared and routed experts in every layer.
[[nodiscard]] Graph build_minimax_m3_graph(const GraphInput& input);

/// gpt-oss: every other layer attends to the last tokens only, the rest to all.
[[nodiscard]] inline bool has_alternating_windows(const ModelSpec& model) { return model.architecture == "GptOssForCausalLM"; }
inline constexpr int kAlternatingWindow = 128;   ///< tokens

}  // namespace dynamo::perf
