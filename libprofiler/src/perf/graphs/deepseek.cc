#include <algorithm>
#include <iterator>

#include "perf/graph.h"
#include "perf/graphs/latent_phase.h"
#include "perf/operators/communication.h"

namespace dynamo::perf {

namespace {

std::vector<OperatorPtr> operators_of(const LatentPhase& p) {
  const GraphInput& in = p.in;
  const int h = in.model.hidden;
  std::vector<OperatorPtr> ops;
  const auto append = [&](std::vector<OperatorPtr> more) { std::ranges::move(more, std::back_inserter(ops)); };
  if (in.exchange.any() && in.database.backend == Backend::kSglang) {
    append(wide_latent_attention(p));
    append(latent_experts(p));
    return ops;
  }
  ops.push_back(make_embedding(p.named("embedding"), p.once, in.database, in.model.vocab, h, p.split()));
  ops.push_back(p.elementwise("add_norm_1", 2 * h, 2 * h));
  append(latent_attention(p));
  ops.push_back(p.elementwise("add_norm_2", 2 * h, 2 * h));
  append(latent_experts(p));
  const GemmShape logits{.n = in.model.vocab / in.parallel.tp, .k = h, .quant = GemmQuant::kBfloat16,
                         .rows_are_sequences = p.context};
  ops.push_back(make_gemm(p.named("logits_gemm"), p.once, in.database, logits, p.split()));
  if (in.database.backend == Backend::kVllm) {
    ops.push_back(make_all_reduce(p.named("tp_allreduce"), 2 * p.layers, in.database, h, in.parallel.tp));
  }
  ops.push_back(make_point_to_point(p.named("p2p"), (in.parallel.pp - 1) * p.once, in.database, h, in.parallel.pp));
  return ops;
}

}  // namespace

Graph build_deepseek_graph(const GraphInput& input) {
  return {operators_of(LatentPhase(input, true)), operators_of(LatentPhase(input, false))};
}

}  // namespace dynamo::perf
