#include <algorithm>
#include <array>
#include <iterator>

#include "perf/graph.h"
#include "perf/graphs/latent_phase.h"
#include "perf/operators/communication.h"
#include "perf/operators/sparse_attention.h"

namespace dynamo::perf {

namespace {

SparseAttentionConfig attention_of(const LatentPhase& p) {
  const auto format = [&](const char* group) {
    return keeps_unquantised(p.in.model, group) ? GemmQuant::kBfloat16 : p.in.quant.gemm;
  };
  SparseAttentionConfig config{.heads = p.in.model.heads / p.in.parallel.tp, .kv = p.in.quant.kv, .fmha = p.in.quant.fmha,
                               .weights = {format("q"), format("kv"), format("o"), format("indexer")}, .cp = p.cp};
  // Tables know one format for all projections; in a mixed checkpoint the largest of them speaks for the rest.
  config.gemm = config.weights.o;
  return config;
}

OperatorPtr attention(const LatentPhase& p) {
  const SparseAttentionConfig config = attention_of(p);
  return p.context ? make_sparse_prefill(p.named("attention"), p.layers, p.in.database, p.in.model, config)
                   : make_sparse_decode(p.named("attention"), p.layers, p.in.database, p.in.model, config);
}

void append(std::vector<OperatorPtr>& to, std::vector<OperatorPtr> from) { std::ranges::move(from, std::back_inserter(to)); }

/// SGLang with all-to-all experts is priced without what runs once a pass and without norms. Prefill keeps the tokens of an
/// attention group apart between the blocks.
std::vector<OperatorPtr> wide_sglang(const LatentPhase& p) {
  const int tp = p.in.parallel.tp;
  const auto collective = [&](const char* name, Collective kind) {
    return make_collective(p.named(name), p.layers, p.in.database, kind, p.in.model.hidden, tp);
  };
  const bool apart = p.context && tp > 1;
  std::vector<OperatorPtr> ops;
  if (apart) ops.push_back(collective("tp_all_gather", Collective::kAllGather));
  ops.push_back(attention(p));
  if (apart) ops.push_back(collective("tp_reduce_scatter", Collective::kReduceScatter));
  append(ops, latent_experts(p));
  return ops;
}

std::vector<OperatorPtr> operators_of(const LatentPhase& p) {
  const bool wide = p.in.exchange.any() && p.in.database.backend == Backend::kSglang;
  return wide ? wide_sglang(p) : latent_pass(p, attention(p), TokenSplit{p.cp, 1});
}

}  // namespace

Graph build_deepseek_v32_graph(const GraphInput& input) {
  return {operators_of(LatentPhase(input, true)), operators_of(LatentPhase(input, false))};
}

}  // namespace dynamo::perf
