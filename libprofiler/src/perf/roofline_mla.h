#pragma once

#include <algorithm>

namespace dynamo::perf {

/// Speed-of-light times in ms of multi-head latent attention. The widths are those of DeepSeek-V3, which the measured kernels
/// are built for: 128 + 64 per query head, 128 per value head, a latent of 512 + 64 per token.
struct MlaRoofline {
  double flops = 0;                  ///< of the attention product
  double kv_bytes_per_element = 2;
  double bytes_per_s = 0;

  static constexpr double kQueryAndValue = 192 + 128;
  static constexpr double kLatent = 512 + 64;
  static constexpr double kAbsorbedQueryAndOutput = 1088;   ///< 576 in, 512 out

  /// Causal prefill of `s` new tokens after `prefix` cached ones, `b` sequences of `n` heads.
  [[nodiscard]] double prefill_ms(double n, double s, double prefix, double b) const {
    const double full = s + prefix;
    const double ops = b * n * kQueryAndValue * (full * full - prefix * prefix);
    const double bytes = b * n * (kv_bytes_per_element * full * kQueryAndValue + 2.0 * s * kQueryAndValue);
    return std::max(ops / flops, bytes / bytes_per_s) * 1000.0;
  }

  [[nodiscard]] double decode_math_ms(double n, double b, double s) const {
    return 2.0 * b * n * kAbsorbedQueryAndOutput * s / flops * 1000.0;
  }
  [[nodiscard]] double decode_memory_ms(double n, double b, double s) const {
    const double bytes = b * (n * kAbsorbedQueryAndOutput * 2.0 + (s - 1.0) * kLatent * kv_bytes_per_element);
    return bytes / bytes_per_s * 1000.0;
  }
};

/// The batched product that moves queries into the latent space, or values out of it: a 128 x 512 matrix a head.
struct MlaBmmRoofline {
  double flops = 0;
  double bytes_per_element = 2;
  double bytes_per_s = 0;

  static constexpr double kMatrix = 128 * 512;
  static constexpr double kInAndOut = 128 + 512;

  [[nodiscard]] double math_ms(double n, double tokens) const { return 2.0 * tokens * n * kMatrix / flops * 1000.0; }
  [[nodiscard]] double memory_ms(double n, double tokens) const {
    return n * (tokens * kInAndOut + kMatrix) * bytes_per_element / bytes_per_s * 1000.0;
  }
  [[nodiscard]] double ms(double n, double tokens) const { return std::max(math_ms(n, tokens), memory_ms(n, tokens)); }
};

}  // namespace dynamo::perf
