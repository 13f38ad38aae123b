#pragma once

#include "dynamo/profiler/facts.h"
#include "perf/database_impl.h"

namespace dynamo::perf {

/// Widths of one compressed-attention layer on one rank.
struct CompressedShape {
  int hidden = 0;
  int heads = 0;          ///< of this rank
  int head_dim = 0;
  int rope_dim = 0;
  int q_lora_rank = 0;
  int o_lora_rank = 0;
  int o_groups = 1;       ///< of this rank
  int index_heads = 0;
  int index_head_dim = 0;
  int index_topk = 0;
  int window = 0;
  int ratio = kDenseRatio;  ///< tokens per compressed entry

  [[nodiscard]] bool selects() const { return ratio == kSelectedRatio; }
  /// The compressor of a selecting layer looks at twice the width.
  [[nodiscard]] double compressor_width() const { return (selects() ? 2.0 : 1.0) * head_dim; }
};

/// Time bound of a layer's projections, compressor, indexer and attention together.
class CompressedRoofline {
 public:
  /// Error kMissingFlops where the GPU lacks one of the formats.
  static Result<CompressedRoofline> bind(const Database::Impl& database, const CompressedShape& shape, GemmQuant gemm, KvQuant kv,
                                         FmhaQuant attention);

  /// Prefill of `batch` prompts of `sequence` new tokens behind `prefix` cached ones.
  [[nodiscard]] double prefill_ms(double batch, double sequence, double prefix) const;
  /// One token for each of `batch` sequences, at position `position`.
  [[nodiscard]] double decode_ms(double batch, double position) const;

 private:
  CompressedRoofline() = default;
  [[nodiscard]] double bound_ms(double batch, double tokens, double cached, double pairs) const;

  CompressedShape shape_;
  double gemm_flops_ = 0, bf16_flops_ = 0, fp8_flops_ = 0, attention_flops_ = 0;
  double gemm_bytes_ = 0, kv_bytes_ = 0, attention_bytes_ = 0;
  double bytes_per_s_ = 0;
};

}  // namespace dynamo::perf
