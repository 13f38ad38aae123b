#pragma once

#include <vector>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// The operators of one forward pass on one GPU of a worker, in execution order. The names `context_attention` and
/// `generation_attention` matter: a mixed step prices them apart.
struct Graph {
  std::vector<OperatorPtr> context;
  std::vector<OperatorPtr> generation;
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
/// DeepSeek-V3.2 and GLM-5: sparse latent attention, a shared and routed experts in every layer.
[[nodiscard]] Graph build_deepseek_v32_graph(const GraphInput& input);

/// MiniMax-M3: attention to chosen blocks of tokens, a shared and routed experts in every layer.
[[nodiscard]] Graph build_minimax_m3_graph(const GraphInput& input);

/// gpt-oss: every other layer attends to the last tokens only, the rest to all.
[[nodiscard]] inline bool has_alternating_windows(const ModelSpec& model) { return model.architecture == "GptOssForCausalLM"; }
inline constexpr int kAlternatingWindow = 128;   ///< tokens

}  // namespace dynamo::perf
