#pragma once

#include <algorithm>

namespace dynamo::perf {

/// Speed-of-light times in ms of SGLang's latent attention with its projections, for DeepSeek-V3's widths. Projections run in the
/// format of attention, attention itself in bf16.
struct WideMlaRoofline {
  double flops = 0;         ///< of the projections
  double bf16_flops = 0;
  double bytes = 1;         ///< an element
  double bytes_per_s = 0;

  static constexpr double kHidden = 7168, kQueryRank = 1536, kLatent = 512, kRope = 64, kNope = 128, kValue = 128;
  static constexpr double kQuery = kNope + kRope;

  /// `s` new tokens after `prefix` cached ones, `b` sequences of `n` heads.
  [[nodiscard]] double prefill_ms(double n, double s, double prefix, double b) const {
    const double full = s + prefix;
    const double t = b * s;
    const double ops = product(t, kQueryRank, n * kQuery) + product(t, kLatent, n * (kNope + kValue)) + product(t, n * kValue, kHidden);
    const double elements = traffic(t, kQueryRank, n * kQuery) + traffic(t, kLatent, n * (kNope + kValue)) +
                            traffic(t, n * kValue, kHidden) +
                            2.0 * n * (t * (kQuery + kNope) + b * full * (kQuery + kNope));
    const double attention = n * (2.0 * kNope + kRope) * b * (full * full - prefix * prefix);
    return longer(ops, attention, elements);
  }

  /// One new token for each of `b` sequences at position `s`. The KV up-projection is absorbed on both sides.
  [[nodiscard]] double decode_ms(double n, double b, double s) const {
    const double ops = product(b, kQueryRank, n * kQuery) + product(b, n * kNope, kLatent) + product(b, n * kLatent, kValue) +
                       product(b, n * kValue, kHidden);
    const double absorbed = n * (b * kNope + kLatent * kNope + 2.0 * b * kLatent) + n * (b * kLatent + kValue * kLatent + 2.0 * b * kValue);
    const double elements = traffic(b, kQueryRank, n * kQuery) + absorbed + traffic(b, n * kValue, kHidden) +
                            2.0 * (b * n * (2.0 * kLatent + kRope) + b * s * (kLatent + kRope));
    return longer(ops, 2.0 * b * s * n * (kRope + 2.0 * kLatent), elements);
  }

 private:
  static double product(double tokens, double in, double out) { return 2.0 * tokens * in * out; }
  static double traffic(double tokens, double in, double out) { return tokens * in + in * out + 2.0 * tokens * out; }
  [[nodiscard]] double longer(double ops, double attention, double elements) const {
    return std::max(ops / flops + attention / bf16_flops, elements * bytes / bytes_per_s) * 1000.0;
  }
};

}  // namespace dynamo::perf
