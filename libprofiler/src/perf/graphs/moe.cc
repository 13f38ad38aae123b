#include "perf/graph.h"
#include "perf/graphs/gqa_decoder.h"
#include "perf/operators/all_to_all.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/moe_experts.h"
#include "perf/operators/wide_experts.h"

namespace dynamo::perf {

namespace {

/// How unevenly tokens choose experts in this family.
constexpr const char* kDistribution = "power_law_1.2";

std::vector<AttentionRun> attention_runs(const ModelSpec& model) {
  if (!has_alternating_windows(model)) return {{}};
  return {{.share = 0.5, .window = kAlternatingWindow}, {.share = 0.5, .window = 0}};
}

ExpertsShape experts_of(const GraphInput& in) {
  return {.hidden = in.model.hidden, .inter = in.model.moe_intermediate, .topk = in.model.experts_per_token,
          .experts = in.model.experts, .tp = in.parallel.moe_tp, .ep = in.parallel.moe_ep, .attention_dp = in.parallel.dp,
          .quant = in.quant.moe, .distribution = kDistribution};
}

/// Experts of one node: every rank gets all tokens.
void add_collective_experts(GqaDecoder& decoder) {
  const GraphInput& in = decoder.input();
  const auto dispatch = [&](const char* name, DispatchShape::Side side) {
    decoder.add(make_dispatch(decoder.named(name), decoder.layers(), in.database,
                              {.side = side, .hidden = in.model.hidden, .expert_ranks = in.parallel.moe_tp * in.parallel.moe_ep,
                               .attention_dp = in.parallel.dp, .cp = decoder.cp(), .quant = in.quant.moe}));
  };
  dispatch("moe_pre_dispatch", DispatchShape::Side::kToExperts);
  decoder.add(make_experts(decoder.named("moe"), decoder.layers(), in.database, experts_of(in)));
  dispatch("moe_post_dispatch", DispatchShape::Side::kFromExperts);
}

/// Every token goes to the ranks of its own experts.
void add_all_to_all_experts(GqaDecoder& decoder, AllToAll kernel) {
  const GraphInput& in = decoder.input();
  const bool deep_ep = kernel == AllToAll::kDeepEpHt || kernel == AllToAll::kDeepEpLl;
  const int divisor = deep_ep && decoder.is_context() ? in.parallel.tp * in.parallel.cp : 1;
  const ExchangePhase phase = decoder.is_context() ? ExchangePhase::kPrefill : ExchangePhase::kDecode;
  const auto step = [&](const char* name, ExchangeStep which) {
    decoder.add(make_all_to_all(decoder.named(name), decoder.layers(), in.database, in.model,
                                {.kernel = kernel, .phase = phase, .step = which, .quant = in.quant.moe, .ep = in.parallel.moe_ep,
                                 .token_divisor = divisor}));
  };
  if (kernel == AllToAll::kNvlinkTwoSided) step("moe_prepare", ExchangeStep::kPrepare);
  step("moe_dispatch", ExchangeStep::kDispatch);
  decoder.add(make_wide_experts(decoder.named("moe"), decoder.layers(), in.database, experts_of(in), phase));
  step("moe_combine", ExchangeStep::kCombine);
}

void add_expert_block(GqaDecoder& decoder) {
  const GraphInput& in = decoder.input();
  decoder.add_gemm("router_gemm", decoder.layers(),
                   {.n = in.model.experts, .k = in.model.hidden, .quant = GemmQuant::kBfloat16});
  const std::optional<AllToAll>& kernel = decoder.is_context() ? in.exchange.prefill : in.exchange.decode;
  if (kernel.has_value()) {
    add_all_to_all_experts(decoder, *kernel);
  } else {
    add_collective_experts(decoder);
  }
}

std::vector<OperatorPtr> phase(const GraphInput& in, GqaDecoder::Phase which) {
  GqaDecoder decoder(in, which);
  decoder.add_attention_block(attention_runs(in.model));
  add_expert_block(decoder);
  if (!decoder.is_context()) decoder.add_logits();
  decoder.add_embedding_all_reduce();
  decoder.add_pipeline_transfer();
  return decoder.take();
}

}  // namespace

Graph build_moe_graph(const GraphInput& input) {
  return {phase(input, GqaDecoder::Phase::kContext), phase(input, GqaDecoder::Phase::kGeneration)};
}

}  // namespace dynamo::perf
