#pragma once

#include <algorithm>

namespace dynamo::perf {

/// Speed-of-light times in ms of a whole block of sparse attention: projections, the indexer that chooses tokens, attention to the
/// chosen ones.
struct SparseRoofline {
  double hidden = 0, query_rank = 0, latent = 0, nope = 0, rope = 0, value = 0;   ///< widths of the model
  double index_heads = 0, index_width = 0, topk = 0;
  double gemm_flops = 0, index_flops = 0, attention_flops = 0;
  double gemm_bytes = 2, kv_bytes = 2, query_bytes = 2;                           ///< an element
  double bytes_per_s = 0;

  /// Of a token in the indexer's cache: fp8, and a scale of 4 bytes for 128 values.
  [[nodiscard]] static double index_entry_bytes(int width) { return width + (width + 127) / 128 * 4; }

  /// Prefill of `s` new tokens after `prefix` cached ones, `b` sequences of `n` heads. Where the choice of another layer is taken
  /// over, and where all tokens would be chosen anyway, nothing is scored.
  [[nodiscard]] double prefill_ms(double n, double s, double prefix, double b, bool takes_over) const {
    const double full = s + prefix;
    const double tokens = b * s;
    const bool scores = !takes_over && full > topk;
    const double score_ops = scores ? 2.0 * tokens * index_heads * index_width * full : 0.0;
    const double attention_ops = 2.0 * n * (2.0 * latent + rope) * pairs(s, prefix, b);
    const double bytes = weights(n) * gemm_bytes + b * n * std::min(full, topk) * (latent + rope) * kv_bytes +
                         (scores ? b * full * index_entry_bytes(static_cast<int>(index_width)) : 0.0) +
                         tokens * n * (nope + rope) * query_bytes * 2.0;
    return longer(tokens, n, score_ops, attention_ops, bytes);
  }

  /// One new token for each of `b` sequences at position `s`.
  [[nodiscard]] double decode_ms(double n, double b, double s) const {
    const double read = std::min(s, topk);
    const double score_ops = 2.0 * b * index_heads * index_width * s;
    const double attention_ops = 2.0 * b * n * (2.0 * latent + rope) * read;
    const double bytes = weights(n) * gemm_bytes + b * s * index_entry_bytes(static_cast<int>(index_width)) +
                         b * read * (latent + rope) * kv_bytes;
    return longer(b, n, score_ops, attention_ops, bytes);
  }

 private:
  /// Both down-projections, the key of the indexer with them.
  [[nodiscard]] double down_width() const { return query_rank + latent + rope + index_width; }

  [[nodiscard]] double weights(double n) const {
    return hidden * down_width() + query_rank * n * (nope + rope) + query_rank * index_heads * index_width +
           hidden * index_heads + n * value * hidden;
  }

  /// Pairs of a query and a key that it reads: a token reads itself and those before, `topk` at most.
  [[nodiscard]] double pairs(double s, double prefix, double b) const {
    const double full = s + prefix;
    if (full <= topk) return b * (full * (full + 1.0) - prefix * (prefix + 1.0)) / 2.0;
    if (prefix >= topk) return b * s * topk;
    return b * (topk * (topk + 1.0) - prefix * (prefix + 1.0)) / 2.0 + b * (full - topk) * topk;
  }

  [[nodiscard]] double longer(double tokens, double n, double score_ops, double attention_ops, double bytes) const {
    const double absorbed = n * latent * (nope + value);
    const double gemm_ops = 2.0 * tokens * (weights(n) + absorbed);
    const double math = gemm_ops / gemm_flops + score_ops / index_flops + attention_ops / attention_flops;
    return std::max(math, bytes / bytes_per_s) * 1000.0;
  }
};

}  // namespace dynamo::perf
