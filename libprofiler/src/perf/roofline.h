#pragma once

#include <algorithm>
#include <cmath>

#include "dynamo/profiler/facts.h"

namespace dynamo::perf {

/// Speed-of-light times in ms: the larger of arithmetic at the tensor-core rate and traffic at the memory rate.

/// m x k times k x n. Activations and output are counted at the width of the weights.
inline double gemm_sol_ms(double m, double n, double k, double flops, double bytes_per_element, double bytes_per_s) {
  const double math = 2.0 * m * n * k / flops * 1000.0;
  const double memory = bytes_per_element * (m * n + m * k + n * k) / bytes_per_s * 1000.0;
  return std::max(math, memory);
}

/// Whether `ms` is certainly above that roofline, by more than rounding. Divides nothing: queries ask it of every measured point.
inline bool gemm_takes_longer(double ms, double m, double n, double k, double flops, double bytes_per_element, double bytes_per_s) {
  constexpr double kSecondsSurely = (1.0 - 1e-9) / 1000.0;
  const double seconds = ms * kSecondsSurely;
  return 2.0 * m * n * k < seconds * flops && bytes_per_element * (m * n + m * k + n * k) < seconds * bytes_per_s;
}

/// Heads, head width and formats of an attention kernel on one GPU.
struct AttentionShape {
  int heads = 0;
  int kv_heads = 0;
  int head_dim = 0;
  int window = 0;                    ///< tokens; 0 = full attention
  double kv_bytes_per_element = 2;
};

/// Causal prefill of `s` new tokens after `prefix` cached ones, `b` sequences of `n` heads sharing `n_kv` KV heads.
inline double context_attention_sol_ms(const AttentionShape& a, double n, double n_kv, double s, double prefix, double b,
                                       double flops, double bytes_per_s) {
  const double h = a.head_dim;
  const double w = a.window;
  const double full = s + prefix;
  const double ops = a.window > 0 && full > w ? 2.0 * b * s * w * n * h * 2.0
                                              : 2.0 * b * (full * full - prefix * prefix) * n * h * 2.0 / 2.0;
  const double bytes = 2.0 * b * (n * s * h + n * s * h) + a.kv_bytes_per_element * b * (2.0 * n_kv * full * h);
  return std::max(ops / flops, bytes / bytes_per_s) * 1000.0;
}

/// One decode step at position `s` (it attends to s - 1 cached tokens).
inline double generation_attention_sol_ms(const AttentionShape& a, double n, double n_kv, double b, double s, double flops,
                                          double bytes_per_s) {
  const double h = a.head_dim;
  const double kv_len = a.window > 0 ? std::min(s - 1.0, static_cast<double>(a.window)) : s - 1.0;
  const double ops = 2.0 * b * n * h * 2.0 * kv_len;
  const double bytes = b * (n * h * 2.0 + 2.0 * n_kv * kv_len * h * a.kv_bytes_per_element + n * h * 2.0);
  return std::max(ops / flops, bytes / bytes_per_s) * 1000.0;
}

/// Attention without a mask over `s` patches of each of `b` images: `n` heads of width `h`, bf16.
inline double encoder_attention_sol_ms(double n, double h, double s, double b, double flops, double bytes_per_s) {
  const double ops = 2.0 * b * s * s * n * h * 2.0;
  const double bytes = 2.0 * b * (3.0 * n * s * h + n * s * h);
  return std::max(ops / flops, bytes / bytes_per_s) * 1000.0;
}

/// Ring all-reduce of `elements` bf16 values over `ranks`.
inline double all_reduce_sol_ms(double elements, int ranks, double bytes_per_s) {
  if (ranks <= 1) return 0;
  const double n = ranks;
  return 2.0 * elements * 2.0 / n * (n - 1.0) / bytes_per_s * 1000.0;
}

/// Gather, scatter and all-to-all of `elements` over `ranks`; an all-reduce moves twice as much.
inline double collective_sol_ms(double elements, int ranks, double bytes_per_element, double bytes_per_s, bool all_reduce) {
  const double n = ranks;
  return (all_reduce ? 2.0 : 1.0) * bytes_per_element * elements * (n - 1.0) / n / bytes_per_s * 1000.0;
}

}  // namespace dynamo::perf
