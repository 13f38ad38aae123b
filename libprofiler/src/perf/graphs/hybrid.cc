#include "perf/graph.h"
#include "perf/graphs/layer_kinds.h"

namespace dynamo::perf {

namespace {

constexpr const char* kDenseNames[3] = {"_dense_gate_up_gemm", "_dense_act", "_dense_down_gemm"};
constexpr const char* kFull = "global";
constexpr const char* kWindowed = "swa";

std::vector<OperatorPtr> phase(const GraphInput& in, LayerKinds::Phase which) {
  const HybridSpec& mix = in.model.hybrid;
  const GemmQuant gemm = in.quant.gemm;
  LayerKinds layers(in, which, gemm);
  const auto with_experts = [&](const std::string& kind, const AttentionLayers& of) {
    if (of.expert_layers == 0) return;
    layers.add_attention(kind, of.expert_layers, of, in.model.qk_norm);
    layers.add_norm(kind + "_moe_norm", of.expert_layers);
    layers.add_experts(kind, of.expert_layers, {.quant = in.quant.moe});
  };
  const auto dense = [&](const std::string& kind, const AttentionLayers& of) {
    if (of.dense_layers == 0) return;
    layers.add_attention(kind + "_dense", of.dense_layers, of, in.model.qk_norm);
    layers.add_norm(kind + "_dense_ffn_norm", of.dense_layers);
    layers.add_dense(kind, kDenseNames, of.dense_layers, mix.dense_intermediate, gemm);
  };
  layers.add_embedding();
  with_experts(kFull, mix.full);
  with_experts(kWindowed, mix.windowed);
  dense(kWindowed, mix.windowed);
  dense(kFull, mix.full);
  layers.add_logits();
  layers.add_pipeline_transfer();
  layers.add_kv_gather(kFull, mix.full);
  layers.add_kv_gather(kWindowed, mix.windowed);
  const int expert_layers = mix.full.expert_layers + mix.windowed.expert_layers;
  if (mix.shared_intermediate > 0 && expert_layers > 0) {
    layers.add_dense("shared_expert", kDenseNames, expert_layers, mix.shared_intermediate, gemm);
  }
  return layers.take();
}

}  // namespace

Graph build_hybrid_graph(const GraphInput& input) {
  return {phase(input, LayerKinds::Phase::kContext), phase(input, LayerKinds::Phase::kGeneration)};
}

}  // namespace dynamo::perf
