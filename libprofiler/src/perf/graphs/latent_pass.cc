#include <iterator>
#include <ranges>

#include "perf/graphs/latent_phase.h"
#include "perf/operators/communication.h"

namespace dynamo::perf {

std::vector<OperatorPtr> latent_pass(const LatentPhase& p, OperatorPtr attention, TokenSplit norms) {
  const GraphInput& in = p.in;
  const int h = in.model.hidden;
  const auto norm = [&](const char* name) { return make_elementwise(p.named(name), p.layers, in.database, 2 * h, 2 * h, norms); };
  std::vector<OperatorPtr> ops;
  ops.push_back(make_embedding(p.named("embedding"), p.once, in.database, in.model.vocab, h));
  ops.push_back(norm("add_norm_1"));
  ops.push_back(std::move(attention));
  ops.push_back(norm("add_norm_2"));
  std::ranges::move(latent_experts(p), std::back_inserter(ops));
  const GemmShape logits{.n = in.model.vocab / in.parallel.tp, .k = h, .quant = GemmQuant::kBfloat16,
                         .rows_are_sequences = p.context};
  ops.push_back(make_gemm(p.named("logits_gemm"), p.once, in.database, logits));
  ops.push_back(make_point_to_point(p.named("p2p"), (in.parallel.pp - 1) * p.once, in.database, h, in.parallel.pp));
  return ops;
}

}  // namespace dynamo::perf
