#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// A whole attention block of DeepSeek sparse attention, projections and indexer included, measured as one.
struct SparseAttentionConfig {
  int heads = 0;                                ///< query heads on one GPU
  KvQuant kv = KvQuant::kBfloat16;
  FmhaQuant fmha = FmhaQuant::kBfloat16;        ///< prefill only
  GemmQuant gemm = GemmQuant::kBfloat16;        ///< of the projections, as the tables know them
  struct Projections {
    GemmQuant q = GemmQuant::kBfloat16, kv = GemmQuant::kBfloat16, o = GemmQuant::kBfloat16, indexer = GemmQuant::kBfloat16;
  } weights = {};                               ///< as the checkpoint stores them
  int cp = 1;                                   ///< prefill only: ranks of context parallelism
};

OperatorPtr make_sparse_prefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                const SparseAttentionConfig& config);
OperatorPtr make_sparse_decode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                               const SparseAttentionConfig& config);

}  // namespace dynamo::perf
