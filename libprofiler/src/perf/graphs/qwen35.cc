#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/communication.h"
#include "perf/operators/composite.h"
#include "perf/operators/gemm.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"
#include "perf/operators/state_kernel.h"

namespace dynamo::perf {

namespace {

using Operators = std::vector<OperatorPtr>;

/// How unevenly tokens choose experts in this family.
constexpr const char* kDistribution = "power_law_1.2";
/// Smaller routers ride on other kernels.
constexpr int kFewestRoutedExperts = 128;

void append(Operators& to, Operators from) { std::ranges::move(from, std::back_inserter(to)); }

/// One phase: layers of gated delta rule, then those of full attention, each with its feed-forward part.
class Qwen35Phase {
 public:
  Qwen35Phase(const GraphInput& in, bool context)
      : in_(in), context_(context), tp_(in.parallel.tp), hidden_(in.model.hidden), once_(context ? 1.0 : in.draft_factor()),
        phase_(context ? "context_" : "generation_") {}

  Operators build() {
    const int vocab = in_.model.vocab / tp_;
    ops_.push_back(make_embedding(phase_ + "embedding", once_, in_.database, vocab, hidden_));
    ops_.push_back(make_all_reduce(phase_ + "embedding_ar", once_, in_.database, hidden_, tp_));
    if (in_.model.gdn.linear_layers > 0) add_delta_layers();
    if (in_.model.gdn.full_layers > 0) add_attention_layers();
    ops_.push_back(gemm("logits_gemm", once_, {.n = vocab, .k = hidden_, .quant = GemmQuant::kBfloat16,
                                               .rows_are_sequences = context_}));
    ops_.push_back(make_point_to_point(phase_ + "p2p", (in_.parallel.pp - 1) * once_, in_.database, hidden_, in_.parallel.pp));
    return std::move(ops_);
  }

 private:
  [[nodiscard]] GemmQuant format(const std::optional<GemmQuant>& stated) const {
    return in_.quant.gemm_from_checkpoint ? stated.value_or(in_.quant.gemm) : in_.quant.gemm;
  }
  [[nodiscard]] GemmQuant projections() const { return format(in_.model.part_formats.projections); }
  [[nodiscard]] bool sglang() const { return in_.database.backend == Backend::kSglang; }
  [[nodiscard]] bool moe() const { return in_.model.is_moe(); }
  /// With replicas, SGLang's gather before the experts also sums attention's parts.
  [[nodiscard]] bool gather_reduces_attention() const { return sglang() && moe() && in_.parallel.dp > 1; }

  [[nodiscard]] OperatorPtr gemm(const std::string& name, double scale, const GemmShape& shape) const {
    return make_gemm(phase_ + name, scale, in_.database, shape);
  }
  [[nodiscard]] OperatorPtr elementwise(const std::string& name, double scale, int dim_in, int dim_out) const {
    return make_elementwise(phase_ + name, scale, in_.database, dim_in, dim_out);
  }
  [[nodiscard]] OperatorPtr all_reduce(const std::string& name, double scale) const {
    return make_all_reduce(phase_ + name, scale, in_.database, hidden_, tp_);
  }

  void add_delta_layers() {
    const GdnSpec& gdn = in_.model.gdn;
    const double layers = gdn.linear_layers * once_;
    const int keys = gdn.key_heads * gdn.key_head_dim;
    const int values = gdn.value_heads * gdn.value_head_dim;
    ops_.push_back(elementwise("gdn_norm", layers, 2 * hidden_, 2 * hidden_));
    ops_.push_back(gemm("gdn_in_proj_gemm", layers, {.n = 2 * (keys + values) / tp_, .k = hidden_, .quant = projections()}));
    ops_.push_back(gemm("gdn_in_proj_ba_gemm", layers, {.n = 2 * gdn.value_heads / tp_, .k = hidden_, .quant = projections(),
                                                        .roofline_if_unmeasured = true}));
    add_delta_kernel("gdn_conv1d", layers, StateStep::kConvolution);
    add_delta_kernel(context_ ? "gdn_scan" : "gdn_recurrence", layers, StateStep::kRecurrence);
    ops_.push_back(gemm("gdn_out_proj_gemm", layers, {.n = hidden_, .k = values / tp_, .quant = projections(),
                                                      .low_precision_input = true}));
    if (!gather_reduces_attention()) ops_.push_back(all_reduce("gdn_ar", layers));
    add_feed_forward("gdn_", layers);
  }

  void add_delta_kernel(const char* name, double layers, StateStep step) {
    const GdnSpec& gdn = in_.model.gdn;
    ops_.push_back(make_gdn_kernel(phase_ + name, layers, in_.database,
                                   {.step = step, .context = context_, .hidden = hidden_, .conv_kernel = gdn.conv_kernel,
                                    .key_heads = gdn.key_heads / tp_, .key_head_dim = gdn.key_head_dim,
                                    .value_heads = gdn.value_heads / tp_, .value_head_dim = gdn.value_head_dim,
                                    .bf16_state = gdn.bf16_state}));
  }

  void add_attention_layers() {
    const double layers = in_.model.gdn.full_layers * once_;
    const int heads = in_.model.heads / tp_;
    const int kv_heads = (in_.model.kv_heads + tp_ - 1) / tp_;
    const AttentionConfig attention{.heads = heads, .kv_heads = kv_heads, .head_dim = in_.model.head_dim, .kv = in_.quant.kv,
                                    .fmha = in_.quant.fmha, .qk_norm = true};
    // Queries come with a gate of the same width.
    const int qkv = 2 * (heads + kv_heads) * in_.model.head_dim;
    ops_.push_back(elementwise("full_attn_norm", layers, 2 * hidden_, 2 * hidden_));
    ops_.push_back(gemm("qkv_gemm", layers, {.n = qkv, .k = hidden_, .quant = projections()}));
    ops_.push_back(context_ ? make_context_attention(phase_ + "attention", layers, in_.database, attention)
                            : make_generation_attention(phase_ + "attention", layers, in_.database, attention));
    ops_.push_back(gemm("proj_gemm", layers, {.n = hidden_, .k = heads * in_.model.head_dim, .quant = projections(),
                                              .low_precision_input = true}));
    if (!gather_reduces_attention()) ops_.push_back(all_reduce("full_ar", layers));
    add_feed_forward("full_", layers);
  }

  void add_feed_forward(const std::string& kind, double layers) {
    ops_.push_back(elementwise(kind + "ffn_norm", layers, 2 * hidden_, 2 * hidden_));
    if (moe()) {
      add_experts(kind, layers);
    } else {
      append(ops_, gated_mlp({kind + "gate_ffn1_gemm", kind + "act_gate", kind + "ffn2_gemm"}, layers, in_.model.intermediate,
                             format(in_.model.part_formats.dense_ffn)));
      ops_.push_back(all_reduce(kind + "ffn_ar", layers));
    }
  }

  [[nodiscard]] Operators gated_mlp(const std::array<std::string, 3>& names, double layers, int width, GemmQuant quant) const {
    Operators ops;
    ops.push_back(gemm(names[0], layers, {.n = 2 * width / tp_, .k = hidden_, .quant = quant}));
    ops.push_back(elementwise(names[1], layers, 2 * width / tp_, width / tp_));
    ops.push_back(gemm(names[2], layers, {.n = hidden_, .k = width / tp_, .quant = quant, .low_precision_input = true}));
    return ops;
  }

  [[nodiscard]] OperatorPtr dispatch(const std::string& name, double layers, DispatchShape::Side side) const {
    return make_dispatch(phase_ + name, layers, in_.database,
                         {.side = side, .hidden = hidden_, .expert_ranks = in_.parallel.moe_tp * in_.parallel.moe_ep,
                          .attention_dp = in_.parallel.dp, .quant = in_.quant.moe, .attention_reduced = true});
  }

  [[nodiscard]] OperatorPtr experts(const std::string& name, double layers) const {
    return make_experts(phase_ + name, layers, in_.database,
                        {.hidden = hidden_, .inter = in_.model.moe_intermediate, .topk = in_.model.experts_per_token,
                         .experts = in_.model.experts, .tp = in_.parallel.moe_tp, .ep = in_.parallel.moe_ep,
                         .attention_dp = in_.parallel.dp, .quant = in_.quant.moe, .distribution = kDistribution});
  }

  /// SGLang gates in one kernel with the final addition, the others inside the shared expert.
  [[nodiscard]] Operators shared_expert(const std::string& kind, double layers) const {
    Operators ops;
    if (in_.model.shared_intermediate == 0) return ops;
    if (!sglang()) {
      ops.push_back(gemm(kind + "shared_expert_gate_gemm", layers,
                         {.n = 1, .k = hidden_, .quant = GemmQuant::kBfloat16, .roofline_if_unmeasured = true}));
    }
    append(ops, gated_mlp({kind + "shared_gate_up_gemm", kind + "shared_act_gate", kind + "shared_down_gemm"}, layers,
                          in_.model.shared_intermediate, format(in_.model.part_formats.shared_expert)));
    if (!sglang()) ops.push_back(elementwise(kind + "shared_expert_gate_mul", layers, hidden_, hidden_));
    return ops;
  }

  [[nodiscard]] OperatorPtr shared_merge(const std::string& kind, double layers) const {
    return elementwise(kind + "shared_merge", layers, (sglang() ? 3 : 2) * hidden_, hidden_);
  }

  void add_experts(const std::string& kind, double layers) {
    const bool dispatches = !sglang() || in_.parallel.dp > 1;
    Operators routed;
    if (in_.model.experts >= kFewestRoutedExperts) {
      routed.push_back(gemm(kind + "router_gemm", layers, {.n = in_.model.experts, .k = hidden_, .quant = GemmQuant::kBfloat16}));
    }
    OperatorPtr gather = dispatches ? dispatch(kind + "moe_pre_dispatch", layers, DispatchShape::Side::kToExperts) : nullptr;
    OperatorPtr combine = dispatch(kind + "moe_post_dispatch", layers, DispatchShape::Side::kFromExperts);
    // SGLang's gather ends before decode forks into two streams.
    if (gather != nullptr) (sglang() && !context_ ? ops_ : routed).push_back(std::move(gather));
    routed.push_back(experts(kind + "moe", layers));
    if (context_) routed.push_back(std::move(combine));
    Operators shared = shared_expert(kind, layers);
    const bool has_shared = !shared.empty();
    if (!context_ && has_shared && in_.database.backend != Backend::kTrtllm) {
      ops_.push_back(make_overlap(phase_ + kind + "moe_overlap", std::move(routed), std::move(shared)));
    } else {
      append(ops_, std::move(routed));
      append(ops_, std::move(shared));
    }
    if (has_shared) ops_.push_back(shared_merge(kind, layers));
    if (!context_) ops_.push_back(std::move(combine));
  }

  const GraphInput& in_;
  bool context_;
  int tp_;
  int hidden_;
  double once_;
  std::string phase_;
  Operators ops_;
};

}  // namespace

Graph build_qwen35_graph(const GraphInput& input) {
  return {Qwen35Phase(input, true).build(), Qwen35Phase(input, false).build()};
}

}  // namespace dynamo::perf
