#include <algorithm>
#include <iterator>

#include "perf/graph.h"
#include "perf/graphs/latent_phase.h"
#include "perf/operators/block_sparse.h"
#include "perf/operators/communication.h"

namespace dynamo::perf {

namespace {

OperatorPtr attention(const LatentPhase& p) {
  const ModelSpec& model = p.in.model;
  const int tp = p.in.parallel.tp;
  const BlockSparseConfig config{.heads = std::max(1, model.heads / tp), .kv_heads = std::max(1, model.kv_heads / tp),
                                 .kv = p.in.quant.kv, .fmha = p.in.quant.fmha, .gemm = p.in.quant.gemm};
  return p.context ? make_block_sparse_prefill(p.named("attention"), p.layers, p.in.database, model, config)
                   : make_block_sparse_decode(p.named("attention"), p.layers, p.in.database, model, config);
}

std::vector<OperatorPtr> operators_of(const LatentPhase& p) {
  const GraphInput& in = p.in;
  const int h = in.model.hidden;
  std::vector<OperatorPtr> ops;
  ops.push_back(make_embedding(p.named("embedding"), p.once, in.database, in.model.vocab, h));
  ops.push_back(p.elementwise("add_norm_1", 2 * h, 2 * h));
  ops.push_back(attention(p));
  ops.push_back(p.elementwise("add_norm_2", 2 * h, 2 * h));
  std::ranges::move(latent_experts(p), std::back_inserter(ops));
  const GemmShape logits{.n = in.model.vocab / in.parallel.tp, .k = h, .quant = GemmQuant::kBfloat16,
                         .rows_are_sequences = p.context};
  ops.push_back(make_gemm(p.named("logits_gemm"), p.once, in.database, logits));
  ops.push_back(make_point_to_point(p.named("p2p"), (in.parallel.pp - 1) * p.once, in.database, h, in.parallel.pp));
  return ops;
}

}  // namespace

Graph build_minimax_m3_graph(const GraphInput& input) {
  return {operators_of(LatentPhase(input, true)), operators_of(LatentPhase(input, false))};
}

}  // namespace dynamo::perf
