#include <algorithm>
#include <array>
#include <iterator>

#include "perf/graphs/latent_phase.h"
#include "perf/operators/all_to_all.h"
#include "perf/operators/composite.h"
#include "perf/operators/moe_dispatch.h"
#include "perf/operators/wide_experts.h"

namespace dynamo::perf {

namespace {

/// How unevenly tokens choose experts in these families.
constexpr const char* kDistribution = "power_law_1.01";

void append(std::vector<OperatorPtr>& to, std::vector<OperatorPtr> from) {
  std::ranges::move(from, std::back_inserter(to));
}

ExpertsShape experts_of(const GraphInput& in) {
  return {.hidden = in.model.hidden, .inter = in.model.moe_intermediate, .topk = in.model.experts_per_token,
          .experts = in.model.experts, .tp = in.parallel.moe_tp, .ep = in.parallel.moe_ep, .attention_dp = in.parallel.dp,
          .quant = in.quant.moe, .distribution = kDistribution};
}

OperatorPtr router(const LatentPhase& p) {
  return p.gemm("router_gemm", {.n = p.in.model.experts, .k = p.in.model.hidden, .quant = GemmQuant::kBfloat16});
}

/// The checkpoint's wish counts for sparse models whatever format the user names, but not beside the all-to-all of SGLang and vLLM.
bool keeps_shared_expert(const LatentPhase& p) {
  if (!keeps_unquantised(p.in.model, "shared_expert")) return false;
  if (p.sparse()) return p.in.database.backend == Backend::kTrtllm || !p.in.exchange.any();
  return p.in.quant.gemm_from_checkpoint;
}

/// Gate and up in one product, activation, down. `ranks` GPUs share the expert.
std::vector<OperatorPtr> shared_expert(const LatentPhase& p, std::array<const char*, 3> names, int ranks, TokenSplit split) {
  const GraphInput& in = p.in;
  const bool kept = keeps_shared_expert(p);
  const GemmQuant quant = kept ? GemmQuant::kBfloat16 : in.quant.gemm;
  const int gate_up = 2 * in.model.moe_intermediate / ranks;
  const int width = in.model.moe_intermediate / ranks;
  std::vector<OperatorPtr> ops;
  ops.push_back(make_gemm(p.named(names[0]), p.layers, in.database, {.n = gate_up, .k = in.model.hidden, .quant = quant}, split));
  ops.push_back(make_elementwise(p.named(names[1]), p.layers, in.database, gate_up, width, split));
  ops.push_back(make_gemm(p.named(names[2]), p.layers, in.database, {.n = in.model.hidden, .k = width, .quant = quant}, split));
  return ops;
}

constexpr std::array kSharedNames = {"shared_gate_up_gemm", "shared_act_gate", "shared_ffn2_gemm"};
constexpr std::array kPlainNames = {"gate_ffn1_gemm", "act_gate", "ffn2_gemm"};

/// Experts of one node: every rank gets all tokens.
std::vector<OperatorPtr> collective_experts(const LatentPhase& p) {
  const Parallelism& layout = p.in.parallel;
  const auto dispatch = [&](const char* name, DispatchShape::Side side) {
    return make_dispatch(p.named(name), p.layers, p.in.database,
                         {.side = side, .hidden = p.in.model.hidden, .expert_ranks = layout.moe_tp * layout.moe_ep,
                          .attention_dp = layout.dp, .cp = p.cp, .quant = p.in.quant.moe});
  };
  std::vector<OperatorPtr> ops;
  ops.push_back(router(p));
  // Decode does not run context parallel: every rank has all tokens before the experts.
  if (p.context || layout.cp == 1) ops.push_back(dispatch("moe_pre_dispatch", DispatchShape::Side::kToExperts));
  ops.push_back(make_experts(p.named("moe"), p.layers, p.in.database, experts_of(p.in)));
  ops.push_back(dispatch("moe_post_dispatch", DispatchShape::Side::kFromExperts));
  return ops;
}

/// Every token goes to the ranks of its own experts.
std::vector<OperatorPtr> all_to_all_experts(const LatentPhase& p, AllToAll kernel) {
  const Parallelism& layout = p.in.parallel;
  const bool deep_ep = kernel == AllToAll::kDeepEpHt || kernel == AllToAll::kDeepEpLl;
  const AllToAllShape shape{.kernel = kernel, .phase = p.context ? ExchangePhase::kPrefill : ExchangePhase::kDecode,
                            .quant = p.in.quant.moe, .ep = layout.moe_ep,
                            .token_divisor = deep_ep && p.context ? layout.tp * layout.cp : 1};
  const auto exchange = [&](const char* name, ExchangeStep step) {
    AllToAllShape one = shape;
    one.step = step;
    return make_all_to_all(p.named(name), p.layers, p.in.database, p.in.model, one);
  };
  const bool prepares = kernel == AllToAll::kNvlinkTwoSided || kernel == AllToAll::kNvlinkOneSided;
  std::vector<OperatorPtr> ops;
  // SGLang's experts behind DeepEP were measured with their routing.
  const bool routes = deep_ep && p.in.database.backend == Backend::kSglang && p.in.model.family != Family::kKimiK25;
  if (!routes) ops.push_back(router(p));
  if (prepares) ops.push_back(exchange("moe_prepare", ExchangeStep::kPrepare));
  ops.push_back(exchange("moe_dispatch", ExchangeStep::kDispatch));
  ops.push_back(make_wide_experts(p.named("moe"), p.layers, p.in.database, experts_of(p.in), shape.phase));
  ops.push_back(exchange("moe_combine", ExchangeStep::kCombine));
  return ops;
}

/// All-to-all replicates the shared expert on every rank.
std::vector<OperatorPtr> wide_block(const LatentPhase& p, AllToAll kernel) {
  std::vector<OperatorPtr> routed = all_to_all_experts(p, kernel);
  std::vector<OperatorPtr> ops;
  if (!p.wide_trtllm()) {
    const TokenSplit split = p.context ? TokenSplit{p.in.parallel.tp, p.cp} : TokenSplit{};
    ops = shared_expert(p, kPlainNames, 1, split);
    append(ops, std::move(routed));
    return ops;
  }
  std::vector<OperatorPtr> shared = shared_expert(p, kSharedNames, 1, {});
  if (p.context) {
    ops = std::move(shared);
    append(ops, std::move(routed));
  } else {
    ops.push_back(make_overlap(p.named("moe_overlap"), std::move(routed), std::move(shared)));
  }
  ops.push_back(p.elementwise("moe_reduce_add", 2 * p.in.model.hidden, p.in.model.hidden));
  return ops;
}

}  // namespace

std::vector<OperatorPtr> latent_experts(const LatentPhase& p) {
  const std::optional<AllToAll>& kernel = p.context ? p.in.exchange.prefill : p.in.exchange.decode;
  if (kernel.has_value()) return wide_block(p, *kernel);
  // Sparse models shard it like an expert, unless the other phase reaches its experts by all-to-all.
  const int ranks = p.sparse() && !p.in.exchange.any() ? p.in.parallel.moe_tp : p.in.parallel.tp;
  std::vector<OperatorPtr> ops;
  std::vector<OperatorPtr> shared = shared_expert(p, kSharedNames, ranks, p.split());
  std::vector<OperatorPtr> routed = collective_experts(p);
  if (p.context) {
    ops = std::move(shared);
    append(ops, std::move(routed));
  } else {
    // Decode runs the shared expert on a second stream.
    ops.push_back(make_overlap(p.named("moe_overlap"), std::move(routed), std::move(shared)));
  }
  return ops;
}

}  // namespace dynamo::perf
