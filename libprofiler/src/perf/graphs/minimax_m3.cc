#include <algorithm>

#include "perf/graph.h"
#include "perf/graphs/latent_phase.h"
#include "perf/operators/block_sparse.h"

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

std::vector<OperatorPtr> operators_of(const LatentPhase& p) { return latent_pass(p, attention(p), p.split()); }

}  // namespace

Graph build_minimax_m3_graph(const GraphInput& input) {
  return {operators_of(LatentPhase(input, true)), operators_of(LatentPhase(input, false))};
}

}  // namespace dynamo::perf
