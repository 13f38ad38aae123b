#include "perf/graph.h"
#include "perf/graphs/latent_phase.h"
#include "perf/operators/communication.h"
#include "perf/operators/composite.h"
#include "perf/operators/compressed_attention.h"
#include "perf/operators/hyper_connections.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"

namespace dynamo::perf {

namespace {

/// How unevenly tokens choose experts in this family.
constexpr const char* kDistribution = "power_law_1.01";

using Operators = std::vector<OperatorPtr>;

void append(Operators& to, Operators from) {
  for (OperatorPtr& op : from) to.push_back(std::move(op));
}

OperatorPtr mix(const LatentPhase& p, const char* name, HyperConnections::Side side) {
  const CompressedAttentionSpec& spec = p.in.model.compressed_attention;
  return make_hyper_connections(p.named(name), p.layers, p.in.database,
                                {side, spec.hyper_connections, p.in.model.hidden, spec.mixing_iterations}, p.split());
}

CompressedShape shape_of(const GraphInput& in, int ratio) {
  const ModelSpec& model = in.model;
  const CompressedAttentionSpec& spec = model.compressed_attention;
  return {.hidden = model.hidden, .heads = model.heads / in.parallel.tp, .head_dim = model.head_dim,
          .rope_dim = model.qk_rope_head_dim, .q_lora_rank = model.q_lora_rank, .o_lora_rank = spec.o_lora_rank,
          .o_groups = std::max(1, spec.o_groups / in.parallel.tp), .index_heads = spec.index_heads,
          .index_head_dim = spec.index_head_dim, .index_topk = spec.index_topk, .window = spec.window, .ratio = ratio};
}

/// Layers that see nothing but the window have no measurements of their own; those that compress the most come nearest.
Operators attention(const LatentPhase& p) {
  const CompressedAttentionSpec& spec = p.in.model.compressed_attention;
  Operators ops;
  const auto add = [&](int layers, int ratio) {
    if (layers == 0) return;
    const CompressedAttentionConfig config{.shape = shape_of(p.in, ratio), .native_heads = p.in.model.heads,
                                           .tp = p.in.parallel.tp, .gemm = p.in.quant.gemm, .kv = p.in.quant.kv,
                                           .fmha = p.in.quant.fmha, .cp = p.cp};
    const double scale = layers * p.once;
    ops.push_back(p.context ? make_compressed_prefill(p.named("attention"), scale, p.in.database, config)
                            : make_compressed_decode(p.named("attention"), scale, p.in.database, config));
  };
  add(spec.selected_layers, kSelectedRatio);
  add(spec.dense_layers + spec.window_layers, kDenseRatio);
  return ops;
}

Operators shared_expert(const LatentPhase& p) {
  const int width = p.in.model.moe_intermediate / p.in.parallel.tp;
  Operators ops;
  ops.push_back(p.gemm("shared_gate_up_gemm", {.n = 2 * width, .k = p.in.model.hidden, .quant = p.in.quant.gemm}));
  ops.push_back(p.elementwise("shared_act_gate", 2 * width, width));
  ops.push_back(p.gemm("shared_ffn2_gemm", {.n = p.in.model.hidden, .k = width, .quant = p.in.quant.gemm}));
  return ops;
}

Operators routed_experts(const LatentPhase& p) {
  const ModelSpec& model = p.in.model;
  const Parallelism& layout = p.in.parallel;
  const auto dispatch = [&](const char* name, DispatchShape::Side side) {
    // The reference prices decode with the collectives of prefill under context parallelism.
    return make_dispatch(p.named(name), p.layers, p.in.database,
                         {.side = side, .hidden = model.hidden, .expert_ranks = layout.moe_tp * layout.moe_ep,
                          .attention_dp = layout.dp, .cp = layout.cp, .quant = p.in.quant.moe});
  };
  const ExpertsShape experts{.hidden = model.hidden, .inter = model.moe_intermediate, .topk = model.experts_per_token,
                             .experts = model.experts, .tp = layout.moe_tp, .ep = layout.moe_ep, .attention_dp = layout.dp,
                             .quant = p.in.quant.moe, .distribution = kDistribution};
  Operators ops;
  ops.push_back(p.gemm("router_gemm", {.n = model.experts, .k = model.hidden, .quant = GemmQuant::kBfloat16}));
  ops.push_back(dispatch("moe_pre_dispatch", DispatchShape::Side::kToExperts));
  ops.push_back(make_experts(p.named("moe"), p.layers, p.in.database, experts));
  ops.push_back(dispatch("moe_post_dispatch", DispatchShape::Side::kFromExperts));
  return ops;
}

Operators operators_of(const LatentPhase& p) {
  const GraphInput& in = p.in;
  const int h = in.model.hidden;
  Operators ops;
  ops.push_back(make_embedding(p.named("embedding"), p.once, in.database, in.model.vocab, h, p.split()));
  ops.push_back(mix(p, "mhc_pre", HyperConnections::Side::kBefore));
  ops.push_back(p.elementwise("attn_norm", h, h));
  append(ops, attention(p));
  ops.push_back(mix(p, "mhc_post", HyperConnections::Side::kAfter));
  ops.push_back(p.elementwise("ffn_norm", h, h));
  if (p.context) {
    append(ops, shared_expert(p));
    append(ops, routed_experts(p));
  } else {
    // Decode runs the shared expert on a second stream.
    ops.push_back(make_overlap(p.named("moe_overlap"), routed_experts(p), shared_expert(p)));
  }
  const GemmShape logits{.n = in.model.vocab / in.parallel.tp, .k = h, .quant = GemmQuant::kBfloat16,
                         .rows_are_sequences = p.context};
  ops.push_back(make_gemm(p.named("logits_gemm"), p.once, in.database, logits, p.split()));
  ops.push_back(make_point_to_point(p.named("p2p"), (in.parallel.pp - 1) * p.once, in.database, h, in.parallel.pp));
  return ops;
}

}  // namespace

Graph build_deepseek_v4_graph(const GraphInput& input) {
  return {operators_of(LatentPhase(input, true)), operators_of(LatentPhase(input, false))};
}

}  // namespace dynamo::perf
