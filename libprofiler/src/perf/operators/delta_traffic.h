#pragma once

#include <string_view>

namespace dynamo::perf {

/// Bytes that a delta-attention kernel reads and writes.
struct DeltaTraffic {
  double heads = 0;
  double head_dim = 0;
  double conv_width = 0;

  /// `sequence` is 0 where the kernel takes one token of each sequence. Kernels of other names fuse convolution and verification.
  [[nodiscard]] double bytes(std::string_view kernel, double batch, double sequence) const;

 private:
  [[nodiscard]] double projections() const { return heads * head_dim; }
  [[nodiscard]] double state() const;
  [[nodiscard]] double convolution(double tokens) const;
};

}  // namespace dynamo::perf
