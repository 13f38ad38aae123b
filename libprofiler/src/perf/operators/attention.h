#pragma once

#include "perf/operators/operator.h"
#include "perf/roofline.h"

namespace dynamo::perf {

struct AttentionConfig {
  int heads = 0;       ///< query heads on one GPU
  int kv_heads = 0;    ///< KV heads on one GPU
  int head_dim = 0;
  int window = 0;      ///< tokens, 0 = full
  KvQuant kv = KvQuant::kBfloat16;
  FmhaQuant fmha = FmhaQuant::kBfloat16;   ///< prefill only
  bool qk_norm = false;                    ///< prefill only
  int cp = 1;                              ///< prefill only: ranks of context parallelism
};

/// Grouped-query attention over a whole prompt, with what runs beside it (rotary embedding, KV write, q/k norm).
OperatorPtr make_context_attention(std::string name, double scale, const Database::Impl& database, const AttentionConfig& config);

/// Grouped-query attention of one new token a sequence.
OperatorPtr make_generation_attention(std::string name, double scale, const Database::Impl& database,
                                      const AttentionConfig& config);

/// Attention of a vision encoder: the step's batch is images, its sequence the patches of one.
OperatorPtr make_encoder_attention(std::string name, double scale, const Database::Impl& database, int heads, int head_dim);

}  // namespace dynamo::perf
