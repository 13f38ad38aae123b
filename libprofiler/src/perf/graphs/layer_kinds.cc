#include "perf/graphs/layer_kinds.h"

#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/memory_ops.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"

namespace dynamo::perf {

namespace {

/// How unevenly tokens choose experts in these families.
constexpr const char* kDistribution = "power_law_1.01";

int shared_among(int count, int ranks) { return (count + ranks - 1) / ranks; }

}  // namespace

LayerKinds::LayerKinds(const GraphInput& input, Phase phase, GemmQuant projections)
    : in_(input),
      context_(phase == Phase::kContext),
      cp_(context_ ? input.parallel.cp : 1),
      pass_(context_ ? 1.0 : input.draft_factor()),
      projections_(projections),
      prefix_(context_ ? "context_" : "generation_") {}

void LayerKinds::add_gemm(const std::string& name, double scale, const GemmShape& shape) {
  add(make_gemm(prefix_ + name, scale, in_.database, shape, {1, cp_}));
}

void LayerKinds::add_elementwise(const std::string& name, double scale, int in, int out) {
  add(make_elementwise(prefix_ + name, scale, in_.database, in, out, {1, cp_}));
}

void LayerKinds::add_embedding() {
  add(make_embedding(prefix_ + "embedding", pass_, in_.database, in_.model.vocab, in_.model.hidden, {1, cp_}));
}

void LayerKinds::add_norm(const std::string& name, int count) {
  add_elementwise(name, count * pass_, 2 * in_.model.hidden, 2 * in_.model.hidden);
}

void LayerKinds::add_attention(const std::string& kind, int count, const AttentionLayers& layers, bool qk_norm,
                               bool value_is_key) {
  const double scale = count * pass_;
  const int tp = in_.parallel.tp;
  const int heads = layers.heads / tp;
  const int kv_heads = shared_among(layers.kv_heads, tp);
  const int kv_width = kv_heads * (layers.head_dim + (value_is_key ? 0 : layers.value_dim));
  const int out_width = layers.heads * layers.value_dim / tp;
  add_norm(kind + "_attn_norm", count);
  add_gemm(kind + "_qkv_gemm", scale,
           {.n = layers.heads * layers.head_dim / tp + kv_width, .k = in_.model.hidden, .quant = projections_});
  const AttentionConfig attention{.heads = heads, .kv_heads = kv_heads, .head_dim = layers.head_dim, .window = layers.window,
                                  .kv = in_.quant.kv, .fmha = in_.quant.fmha, .qk_norm = qk_norm, .cp = cp_};
  add(context_ ? make_context_attention(prefix_ + "attention", scale, in_.database, attention)
               : make_generation_attention(prefix_ + "attention", scale, in_.database, attention));
  if (in_.model.hybrid.head_gate) add_gate(kind, scale, heads, out_width);
  add_gemm(kind + "_proj_gemm", scale,
           {.n = in_.model.hidden, .k = out_width, .quant = projections_, .low_precision_input = true});
}

/// One learned factor for each head.
void LayerKinds::add_gate(const std::string& kind, double scale, int heads, int width) {
  add_gemm(kind + "_attn_gate_gemm", scale, {.n = heads, .k = in_.model.hidden, .quant = projections_});
  add_elementwise(kind + "_attn_gate", scale, width + heads, width);
}

void LayerKinds::add_dense(const std::string& kind, const char* const (&names)[3], int count, int width, GemmQuant quant) {
  const double scale = count * pass_;
  const int own = width / in_.parallel.tp;
  add_gemm(kind + names[0], scale, {.n = 2 * own, .k = in_.model.hidden, .quant = quant});
  add_elementwise(kind + names[1], scale, 2 * own, own);
  add_gemm(kind + names[2], scale, {.n = in_.model.hidden, .k = own, .quant = quant, .low_precision_input = true});
}

void LayerKinds::add_experts(const std::string& kind, int count, const Experts& experts) {
  const double scale = count * pass_;
  const Parallelism& p = in_.parallel;
  if (experts.router) {
    add_gemm(kind + "_router_gemm", scale,
             {.n = in_.model.experts, .k = in_.model.hidden, .quant = GemmQuant::kBfloat16});
  }
  const auto dispatch = [&](const char* name, DispatchShape::Side side) {
    add(make_dispatch(prefix_ + kind + name, scale, in_.database,
                      {.side = side, .hidden = in_.model.hidden, .expert_ranks = p.moe_tp * p.moe_ep, .attention_dp = p.dp,
                       .cp = cp_, .quant = experts.on_the_wire}));
  };
  // Decode does not run context parallel: every rank has all tokens before the experts.
  if (context_ || p.cp == 1) dispatch("_moe_pre_dispatch", DispatchShape::Side::kToExperts);
  add(make_experts(prefix_ + kind + "_moe", scale, in_.database,
                   {.hidden = in_.model.hidden, .inter = in_.model.moe_intermediate, .topk = in_.model.experts_per_token,
                    .experts = in_.model.experts, .tp = p.moe_tp, .ep = p.moe_ep, .attention_dp = p.dp,
                    .quant = experts.quant, .distribution = kDistribution}));
  dispatch("_moe_post_dispatch", DispatchShape::Side::kFromExperts);
}

void LayerKinds::add_logits() {
  add_gemm("logits_gemm", pass_,
           {.n = in_.model.vocab / in_.parallel.tp, .k = in_.model.hidden, .quant = GemmQuant::kBfloat16,
            .rows_are_sequences = context_});
}

void LayerKinds::add_pipeline_transfer() {
  const int stages = in_.parallel.pp;
  add(make_point_to_point(prefix_ + "p2p", (stages - 1) * pass_, in_.database, in_.model.hidden, stages, {1, cp_}));
}

void LayerKinds::add_kv_gather(const char* kind, const AttentionLayers& layers) {
  if (cp_ == 1 || layers.layers() == 0) return;
  const double elements = static_cast<double>(shared_among(layers.kv_heads, in_.parallel.tp)) *
                          (layers.head_dim + layers.value_dim) * facts_of(in_.quant.kv).bytes_per_element / 2.0;
  add(make_collective(prefix_ + "cp_all_gather_" + kind, layers.layers(), in_.database, Collective::kAllGather, elements, cp_));
}

}  // namespace dynamo::perf
