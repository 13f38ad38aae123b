#include <algorithm>

#include "perf/graph.h"
#include "perf/graphs/layer_kinds.h"

namespace dynamo::perf {

namespace {

constexpr const char* kSharedNames[3] = {"_shared_mlp_gate_up_gemm", "_shared_mlp_act", "_shared_mlp_down_gemm"};
/// Routers over fewer experts are too cheap to count.
constexpr int kRouterExperts = 128;

struct Formats {
  GemmQuant projections, shared;
  MoeQuant experts;
};

/// What the checkpoint leaves unquantised, unless the caller chose the format.
Formats formats_of(const GraphInput& in) {
  const auto kept = [&](const char* group) {
    return in.quant.gemm_from_checkpoint &&
           std::ranges::find(in.model.quant.excluded, group) != in.model.quant.excluded.end();
  };
  // A pattern for the whole block stands for each projection; one for a single projection counts as the block here.
  const bool attention = kept("q") || kept("kv") || kept("o");
  const bool mlp = kept("mlp");
  return {attention ? GemmQuant::kBfloat16 : in.quant.gemm, mlp ? GemmQuant::kBfloat16 : in.quant.gemm,
          mlp ? MoeQuant::kBfloat16 : in.quant.moe};
}

/// Every layer runs a dense FFN and, beside it, the routed experts; the outputs are added.
std::vector<OperatorPtr> phase(const GraphInput& in, LayerKinds::Phase which) {
  const HybridSpec& mix = in.model.hybrid;
  const Formats formats = formats_of(in);
  LayerKinds layers(in, which, formats.projections);
  const auto add_kind = [&](const std::string& kind, const AttentionLayers& of, bool value_is_key) {
    if (of.layers() == 0) return;
    layers.add_attention(kind, of.layers(), of, false, value_is_key);
    layers.add_norm(kind + "_ffn_norm", of.layers());
    layers.add_dense(kind, kSharedNames, of.layers(), mix.dense_intermediate, formats.shared);
    if (!in.model.is_moe()) return;
    layers.add_experts(kind, of.layers(), {.quant = formats.experts, .on_the_wire = formats.experts,
                                           .router = in.model.experts >= kRouterExperts});
  };
  layers.add_embedding();
  add_kind("swa", mix.windowed, false);
  add_kind("global", mix.full, mix.value_is_key);
  layers.add_logits();
  layers.add_pipeline_transfer();
  layers.add_kv_gather("swa", mix.windowed);
  layers.add_kv_gather("global", mix.full);
  return layers.take();
}

}  // namespace

Graph build_gemma_graph(const GraphInput& input) {
  return {phase(input, LayerKinds::Phase::kContext), phase(input, LayerKinds::Phase::kGeneration)};
}

}  // namespace dynamo::perf
