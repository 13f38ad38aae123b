#include "perf/operators/delta_traffic.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dynamo::perf {

namespace {

constexpr double kBf16Bytes = 2;
constexpr double kFp32Bytes = 4;
constexpr double kChunk = 64;         ///< tokens between two states that prefill writes out
constexpr double kConvolutions = 3;   ///< of queries, keys and values

/// What a kernel does to memory, whatever it is called.
enum class Traffic { kConvolution, kChunkedScan, kStep, kVerify, kConvolutionAndStep, kConvolutionAndVerify };

struct Kernel {
  std::string_view name;
  Traffic traffic;
};
constexpr std::array<Kernel, 10> kKernels = {{
    {"causal_conv1d_fn_qkv3", Traffic::kConvolution},
    {"causal_conv1d_update", Traffic::kConvolution},
    {"chunk_kda", Traffic::kChunkedScan},
    {"chunk_kda_with_fused_gate", Traffic::kChunkedScan},
    {"flashkda_fwd", Traffic::kChunkedScan},
    {"fused_recurrent_kda_packed_decode", Traffic::kStep},
    {"fused_kda_decode", Traffic::kStep},
    {"fused_sigmoid_gating_delta_rule_update", Traffic::kVerify},
    {"fused_recurrent_kda", Traffic::kVerify},
    {"kda_fused_decode", Traffic::kConvolutionAndStep},
}};

Traffic traffic_of(std::string_view kernel) {
  const auto known = std::ranges::find(kKernels, kernel, &Kernel::name);
  return known != kKernels.end() ? known->traffic : Traffic::kConvolutionAndVerify;
}

}  // namespace

double DeltaTraffic::state() const { return heads * head_dim * head_dim * kFp32Bytes; }

double DeltaTraffic::convolution(double tokens) const {
  return tokens * kConvolutions * projections() * (conv_width + 1 + 1) * kBf16Bytes;
}

double DeltaTraffic::bytes(std::string_view kernel, double batch, double sequence) const {
  const double tokens = sequence > 0 ? batch * sequence : batch;
  const double operands = tokens * (4 + 1) * projections() * kBf16Bytes;   // q, k, v and gate in, values out
  const Traffic traffic = traffic_of(kernel);
  const double step = operands + 2 * state() * batch;
  const double verify = operands + state() * batch + state() * tokens;     // a state after every token checked
  switch (traffic) {
    case Traffic::kConvolution: return convolution(tokens);
    case Traffic::kChunkedScan: return step + 2 * std::floor(sequence / kChunk) * state() * batch;
    case Traffic::kStep: return step;
    case Traffic::kVerify: return verify;
    case Traffic::kConvolutionAndStep: return convolution(tokens) + step;
    case Traffic::kConvolutionAndVerify: return convolution(tokens) + verify;
  }
  return 0;
}

}  // namespace dynamo::perf
