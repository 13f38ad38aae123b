#pragma once

#include "perf/operators/operator.h"
#include "perf/roofline_compressed.h"

namespace dynamo::perf {

/// A compressed-attention layer, projections included, measured as one.
struct CompressedAttentionConfig {
  CompressedShape shape;
  int native_heads = 0;                    ///< of the unsharded model; other models' rows stand in where it has none
  int tp = 1;
  GemmQuant gemm = GemmQuant::kBfloat16;
  KvQuant kv = KvQuant::kFp8;
  FmhaQuant fmha = FmhaQuant::kBfloat16;   ///< prefill only
  int cp = 1;                              ///< prefill only: ranks of context parallelism
};

OperatorPtr make_compressed_prefill(std::string name, double scale, const Database::Impl& database,
                                    const CompressedAttentionConfig& config);
OperatorPtr make_compressed_decode(std::string name, double scale, const Database::Impl& database,
                                   const CompressedAttentionConfig& config);

}  // namespace dynamo::perf
