#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// Multi-head latent attention as kernels of its own, between the projections.
struct MlaConfig {
  int heads = 0;                           ///< query heads on one GPU, as the tables count them
  KvQuant kv = KvQuant::kBfloat16;
  FmhaQuant fmha = FmhaQuant::kBfloat16;   ///< prefill only
  int cp = 1;                              ///< prefill only: ranks of context parallelism
};

OperatorPtr make_context_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config);
OperatorPtr make_generation_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config);

/// The product around decode attention that absorbs the KV up-projection: before it on the queries, after it on the values.
enum class MlaBmm { kPre, kPost };
OperatorPtr make_mla_bmm(std::string name, double scale, const Database::Impl& database, MlaBmm side, int heads, GemmQuant quant);

}  // namespace dynamo::perf
