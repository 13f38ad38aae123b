#pragma once

#include <algorithm>

namespace dynamo::perf {

/// Roofline of a block of attention to chosen blocks of tokens. Counts are integers held in doubles.
struct BlockSparseRoofline {
  static constexpr double kIndexHeads = 4;
  static constexpr double kIndexWidth = 128;
  static constexpr double kBlock = 128;             ///< tokens
  static constexpr double kChosen = 16 * kBlock;    ///< tokens attended to

  double hidden = 0, kv_heads = 0, width = 0;
  double gemm_flops = 0, index_flops = 0, attention_flops = 0;
  double gemm_bytes = 0, kv_bytes = 0, query_bytes = 0;
  double bytes_per_s = 0;

  /// `fresh` new tokens on top of `cached` ones in each of `batch` prompts.
  [[nodiscard]] double prefill_ms(double heads, double cached, double fresh, double batch) const {
    const double all = cached + fresh;
    return block_ms(heads, batch * fresh, batch, pairs(batch, fresh, cached), std::min(all, kChosen), all);
  }
  [[nodiscard]] double decode_ms(double heads, double batch, double position) const {
    const double cached = std::max(position - 1.0, 0.0);
    const double read = std::min(cached, kChosen);
    return block_ms(heads, batch, batch, batch * read, read, cached);
  }

 private:
  /// Pairs of query and key: every token sees the ones before it, at most those chosen.
  [[nodiscard]] static double pairs(double batch, double fresh, double cached) {
    const double all = cached + fresh;
    const auto triangle = [&](double upto) { return (upto * (upto + 1.0) - cached * (cached + 1.0)) / 2.0; };
    if (all <= kChosen) return batch * triangle(all);
    if (cached >= kChosen) return batch * fresh * kChosen;
    return batch * triangle(kChosen) + batch * (all - kChosen) * kChosen;
  }

  [[nodiscard]] double block_ms(double heads, double tokens, double batch, double pair_count, double read, double scored) const {
    const double weights = hidden * width * (2.0 * heads + 2.0 * kv_heads) + hidden * kIndexHeads * kIndexWidth;
    const double whole = static_cast<double>(static_cast<long long>((scored + kBlock - 1.0) / kBlock));
    const double blocks = scored > kChosen ? whole : 0.0;
    const double math = 2.0 * tokens * weights / gemm_flops + 2.0 * tokens * kIndexHeads * kIndexWidth * blocks / index_flops +
                        4.0 * heads * width * pair_count / attention_flops;
    const double bytes = weights * gemm_bytes + batch * kv_heads * read * 2.0 * width * kv_bytes +
                         batch * blocks * kIndexHeads * kIndexWidth + tokens * heads * width * query_bytes * 2.0;
    return std::max(math, bytes / bytes_per_s) * 1000.0;
  }
};

}  // namespace dynamo::perf
