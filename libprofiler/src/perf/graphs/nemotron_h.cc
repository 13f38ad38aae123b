#include <algorithm>

#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/gemm.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"
#include "perf/operators/state_kernel.h"

namespace dynamo::perf {

namespace {

/// How unevenly tokens choose experts in this family.
constexpr const char* kDistribution = "power_law_1.01";

/// One phase: all Mamba layers, then those of attention, of experts and of MLPs. FFNs square the rectified input: no gate.
class NemotronPhase {
 public:
  NemotronPhase(const GraphInput& in, bool context)
      : in_(in), context_(context), tp_(in.parallel.tp), hidden_(in.model.hidden), once_(context ? 1.0 : in.draft_factor()),
        phase_(context ? "context_" : "generation_") {}

  std::vector<OperatorPtr> build() {
    ops_.push_back(make_embedding(phase_ + "embedding", once_, in_.database, in_.model.vocab, hidden_));
    if (in_.model.mamba.mamba_layers > 0) add_mamba(in_.model.mamba.mamba_layers * once_);
    if (in_.model.mamba.attention_layers > 0) add_attention(in_.model.mamba.attention_layers * once_);
    if (in_.model.mamba.expert_layers > 0) add_experts(in_.model.mamba.expert_layers * once_);
    if (in_.model.mamba.mlp_layers > 0) add_mlp(in_.model.mamba.mlp_layers * once_);
    ops_.push_back(make_point_to_point(phase_ + "p2p", (in_.parallel.pp - 1) * once_, in_.database, hidden_, in_.parallel.pp));
    gemm("logits_gemm", once_, {.n = in_.model.vocab / tp_, .k = hidden_, .quant = GemmQuant::kBfloat16,
                                .rows_are_sequences = context_});
    return std::move(ops_);
  }

 private:
  void gemm(const char* name, double scale, const GemmShape& shape) {
    ops_.push_back(make_gemm(phase_ + name, scale, in_.database, shape));
  }
  void elementwise(const char* name, double scale, int dim_in, int dim_out) {
    ops_.push_back(make_elementwise(phase_ + name, scale, in_.database, dim_in, dim_out));
  }
  void norm(const char* name, double layers) { elementwise(name, layers, 2 * hidden_, 2 * hidden_); }
  void all_reduce(const char* name, double layers) {
    ops_.push_back(make_all_reduce(phase_ + name, layers, in_.database, hidden_, tp_));
  }

  void add_mamba(double layers) {
    const MambaSpec& mamba = in_.model.mamba;
    const int heads = mamba.heads / tp_;
    const int inner = heads * mamba.head_dim;
    const int groups = std::max(mamba.groups / tp_, 1);
    norm("mamba_norm", layers);
    gemm("mamba_in_proj_gemm", layers,
         {.n = 2 * inner + 2 * groups * mamba.state_size + heads, .k = hidden_, .quant = in_.quant.gemm});
    add_mamba_kernel("mamba_conv1d", layers, StateStep::kConvolution);
    add_mamba_kernel("mamba_ssm", layers, StateStep::kRecurrence);
    gemm("mamba_out_proj_gemm", layers, {.n = hidden_, .k = inner, .quant = in_.quant.gemm});
    all_reduce("mamba_ar", layers);
  }

  void add_mamba_kernel(const char* name, double layers, StateStep step) {
    const MambaSpec& mamba = in_.model.mamba;
    ops_.push_back(make_mamba_kernel(phase_ + name, layers, in_.database,
                                     {.step = step, .context = context_, .hidden = hidden_, .state_size = mamba.state_size,
                                      .conv_kernel = mamba.conv_kernel, .heads = mamba.heads, .head_dim = mamba.head_dim,
                                      .groups = mamba.groups, .chunk = mamba.chunk}));
  }

  void add_attention(double layers) {
    const int heads = in_.model.heads / tp_;
    const int width = in_.model.heads * in_.model.head_dim / tp_;
    const int kv_heads = (in_.model.kv_heads + tp_ - 1) / tp_;
    const AttentionConfig attention{.heads = heads, .kv_heads = kv_heads, .head_dim = in_.model.head_dim, .kv = in_.quant.kv,
                                    .fmha = in_.quant.fmha};
    norm("attn_norm", layers);
    gemm("qkv_gemm", layers, {.n = width + 2 * in_.model.head_dim * kv_heads, .k = hidden_, .quant = in_.quant.gemm});
    ops_.push_back(context_ ? make_context_attention(phase_ + "attention", layers, in_.database, attention)
                            : make_generation_attention(phase_ + "attention", layers, in_.database, attention));
    gemm("proj_gemm", layers, {.n = hidden_, .k = width, .quant = in_.quant.gemm, .low_precision_input = true});
    all_reduce("attn_ar", layers);
  }

  /// Routed experts may work in a narrower latent space, into which and out of which two products lead.
  void add_experts(double layers) {
    const int latent = in_.model.mamba.latent;
    norm("moe_norm", layers);
    const int shared = in_.model.shared_intermediate / tp_;
    gemm("shared_up_gemm", layers, {.n = shared, .k = hidden_, .quant = in_.quant.gemm});
    elementwise("shared_relu2", layers, shared, shared);
    gemm("shared_down_gemm", layers, {.n = hidden_, .k = shared, .quant = in_.quant.gemm, .low_precision_input = true});
    gemm("router_gemm", layers, {.n = in_.model.experts, .k = hidden_, .quant = GemmQuant::kBfloat16});
    if (latent > 0) gemm("fc1_latent_proj_gemm", layers, {.n = latent / tp_, .k = hidden_, .quant = in_.quant.gemm});
    add_routed(layers, latent > 0 ? latent : hidden_);
    if (latent > 0) {
      gemm("fc2_latent_proj_gemm", layers,
           {.n = hidden_, .k = latent / tp_, .quant = in_.quant.gemm, .low_precision_input = true});
    }
    all_reduce("moe_ar", layers);
  }

  void add_routed(double layers, int width) {
    const Parallelism& layout = in_.parallel;
    const auto dispatch = [&](const char* name, DispatchShape::Side side) {
      ops_.push_back(make_dispatch(phase_ + name, layers, in_.database,
                                   {.side = side, .hidden = width, .expert_ranks = layout.moe_tp * layout.moe_ep,
                                    .attention_dp = layout.dp, .quant = in_.quant.moe}));
    };
    dispatch("moe_pre_dispatch", DispatchShape::Side::kToExperts);
    ops_.push_back(make_experts(phase_ + "moe", layers, in_.database,
                                {.hidden = width, .inter = in_.model.moe_intermediate, .topk = in_.model.experts_per_token,
                                 .experts = in_.model.experts, .tp = layout.moe_tp, .ep = layout.moe_ep,
                                 .attention_dp = layout.dp, .quant = in_.quant.moe, .distribution = kDistribution,
                                 .gated = false}));
    dispatch("moe_post_dispatch", DispatchShape::Side::kFromExperts);
  }

  void add_mlp(double layers) {
    const int width = in_.model.intermediate / tp_;
    norm("mlp_norm", layers);
    gemm("mlp_up_gemm", layers, {.n = width, .k = hidden_, .quant = in_.quant.gemm});
    elementwise("mlp_relu2", layers, width, width);
    gemm("mlp_down_gemm", layers, {.n = hidden_, .k = width, .quant = in_.quant.gemm});
    all_reduce("mlp_ar", layers);
  }

  const GraphInput& in_;
  bool context_;
  int tp_;
  int hidden_;
  double once_;
  std::string phase_;
  std::vector<OperatorPtr> ops_;
};

}  // namespace

Graph build_nemotron_h_graph(const GraphInput& input) {
  return {NemotronPhase(input, true).build(), NemotronPhase(input, false).build()};
}

}  // namespace dynamo::perf
