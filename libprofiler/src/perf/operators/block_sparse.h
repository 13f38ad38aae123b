#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// A whole attention block of MiniMax-M3, projections and indexer included: grouped-query attention to the best blocks of tokens.
struct BlockSparseConfig {
  int heads = 0;       ///< query heads on one GPU
  int kv_heads = 0;    ///< KV heads on one GPU
  KvQuant kv = KvQuant::kBfloat16;
  FmhaQuant fmha = FmhaQuant::kBfloat16;
  GemmQuant gemm = GemmQuant::kBfloat16;
};

OperatorPtr make_block_sparse_prefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                      const BlockSparseConfig& config);
OperatorPtr make_block_sparse_decode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                     const BlockSparseConfig& config);

}  // namespace dynamo::perf
