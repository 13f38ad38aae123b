#pragma once

#include <memory>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// Times of the passes that fp8_static does without: computing a scale over an m x k input, and applying it.
class GemmScales {
 public:
  explicit GemmScales(const Database::Impl& database);
  ~GemmScales();
  GemmScales(GemmScales&&) noexcept;

  /// Held flat beyond the measured range: it is an overhead, not a kernel whose time grows with its traffic.
  [[nodiscard]] Result<double> compute_scale_ms(int m, int k) const;
  /// Grows with its traffic (3 bytes an element) beyond the measured range.
  [[nodiscard]] Result<double> scale_matrix_ms(int m, int k) const;

 private:
  struct Pass;
  std::unique_ptr<const Pass> compute_scale_;
  std::unique_ptr<const Pass> scale_matrix_;
};

}  // namespace dynamo::perf
