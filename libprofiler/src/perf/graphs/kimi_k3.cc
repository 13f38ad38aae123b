#include "perf/graphs/kimi_k3_phase.h"
#include "perf/operators/delta_attention.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"

namespace dynamo::perf {

namespace {

constexpr const char* kDistribution = "power_law_1.01";   ///< how unevenly tokens choose experts

void add_delta_kernel(KimiPhase& p, const char* name, const char* kernel, DeltaPhase phase) {
  const KimiHybridSpec& spec = p.spec;
  p.add(make_delta_kernel(p.named(name), spec.delta_layers, p.in.database,
                          {.kernel = kernel, .phase = phase, .hidden = p.hidden(), .heads = spec.delta_heads / p.tp(),
                           .head_dim = spec.delta_head_dim, .conv_width = spec.conv_width, .drafted = p.in.nextn + 1}));
}

void add_delta_kernels(KimiPhase& p) {
  if (p.context) {
    add_delta_kernel(p, "kda_conv1d", "causal_conv1d_fn_qkv3", DeltaPhase::kPrefill);
    add_delta_kernel(p, "kda_scan", p.vllm() ? "flashkda_fwd" : "chunk_kda", DeltaPhase::kPrefill);
  } else if (p.in.nextn > 0) {
    add_delta_kernel(p, "kda_conv1d", "causal_conv1d_update", DeltaPhase::kVerify);
    add_delta_kernel(p, "kda_verify", p.vllm() ? "fused_recurrent_kda" : "fused_sigmoid_gating_delta_rule_update",
                     DeltaPhase::kVerify);
  } else if (p.vllm()) {
    add_delta_kernel(p, "kda_fused_decode", "fused_kda_decode", DeltaPhase::kDecode);
  } else {
    add_delta_kernel(p, "kda_conv1d", "causal_conv1d_update", DeltaPhase::kDecode);
    add_delta_kernel(p, "kda_recurrent", "fused_recurrent_kda_packed_decode", DeltaPhase::kDecode);
  }
}

void add_latent_experts(KimiPhase& p, double layers) {
  const ModelSpec& model = p.in.model;
  const Parallelism& layout = p.in.parallel;
  const int h = p.hidden();
  const int latent = p.spec.expert_hidden > 0 ? p.spec.expert_hidden : h;
  const auto dispatch = [&](const char* name, DispatchShape::Side side) {
    p.add(make_dispatch(p.named(name), layers, p.in.database,
                        {.side = side, .hidden = latent, .expert_ranks = layout.moe_tp * layout.moe_ep,
                         .attention_dp = layout.dp, .quant = p.in.quant.moe}));
  };
  p.bf16_gemm("router_gemm", layers, model.experts, h);
  p.bf16_gemm("latent_down_gemm", layers, latent, h);
  p.elementwise("latent_norm", layers, 2 * latent, 2 * latent);
  dispatch("moe_pre_dispatch", DispatchShape::Side::kToExperts);
  p.add(make_experts(p.named("moe"), layers, p.in.database,
                     {.hidden = latent, .inter = model.moe_intermediate, .topk = model.experts_per_token,
                      .experts = model.experts, .tp = layout.moe_tp, .ep = layout.moe_ep, .attention_dp = layout.dp,
                      .quant = p.in.quant.moe, .distribution = kDistribution}));
  dispatch("moe_post_dispatch", DispatchShape::Side::kFromExperts);
  p.bf16_gemm("latent_up_gemm", layers, h, latent);
  const int shared = model.shared_experts * model.moe_intermediate;
  if (shared == 0) return;
  p.bf16_gemm("shared_gate_up_gemm", layers, 2 * shared / p.tp(), h);
  p.elementwise("shared_act_gate", layers, 2 * shared / p.tp(), shared / p.tp());
  p.bf16_gemm("shared_down_gemm", layers, h, shared / p.tp());
}

std::vector<OperatorPtr> operators_of(KimiPhase p) {
  const GraphInput& in = p.in;
  const int h = p.hidden();
  p.add(make_embedding(p.named("embedding"), 1.0, in.database, in.model.vocab / p.tp(), h));
  p.all_reduce("embedding_ar", 1.0);
  add_delta_layers(p);
  add_gated_latent_layers(p);
  if (p.spec.residual_block > 0) p.elementwise("attn_res", 2.0 * in.model.layers, 4 * h, 2 * h);
  add_kimi_ffn(p);
  p.add(p.make("logits_gemm", 1.0,
               {.n = in.model.vocab / p.tp(), .k = h, .quant = GemmQuant::kBfloat16, .rows_are_sequences = p.context}));
  p.add(make_point_to_point(p.named("p2p"), in.parallel.pp - 1, in.database, h, in.parallel.pp));
  if (!p.context && in.nextn > 0) add_kimi_draft(p);
  return p.take();
}

}  // namespace

void add_delta_layers(KimiPhase& p) {
  const KimiHybridSpec& spec = p.spec;
  const double layers = spec.delta_layers;
  if (layers == 0) return;
  const int h = p.hidden();
  const int width = spec.delta_heads / p.tp() * spec.delta_head_dim;
  p.elementwise("kda_norm", layers, 2 * h, 2 * h);
  p.gemm("kda_qkvg_gemm", layers, 4 * width, h);
  p.gemm("kda_bfa_gemm", layers, spec.delta_heads + spec.delta_head_dim, h);
  p.gemm("kda_fb_gemm", layers, width, spec.delta_head_dim);
  add_delta_kernels(p);
  const bool fused_norm = !p.context && p.vllm() && p.in.nextn == 0;
  if (!fused_norm) p.elementwise("kda_onorm", layers, 2 * width, width);
  p.gemm("kda_o_gemm", layers, h, width, true);
  p.all_reduce("kda_ar", layers);
}

void add_kimi_ffn(KimiPhase& p) {
  const int h = p.hidden();
  const double dense = p.spec.dense_ffn_layers;
  const int width = p.in.model.intermediate;
  p.elementwise("ffn_norm", p.in.model.layers, 2 * h, 2 * h);
  if (dense > 0) {
    p.gemm("dense_gate_up_gemm", dense, 2 * width / p.tp(), h);
    p.elementwise("dense_act_gate", dense, 2 * width / p.tp(), width / p.tp());
    p.gemm("dense_down_gemm", dense, h, width / p.tp(), true);
    p.all_reduce("dense_ffn_ar", dense);
  }
  const double routed = p.in.model.layers - p.spec.dense_ffn_layers;
  if (routed > 0) add_latent_experts(p, routed);
}

Graph build_kimi_k3_graph(const GraphInput& input) {
  return {operators_of(KimiPhase(input, true)), operators_of(KimiPhase(input, false))};
}

}  // namespace dynamo::perf
