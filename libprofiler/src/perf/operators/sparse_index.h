#pragma once

#include <optional>

#include "perf/operators/sparse_attention.h"

namespace dynamo::perf {

/// The two kernels of the indexer on their own: scoring and choosing. Context parallelism shares them out, which changes their
/// part in the time of a block.
class IndexKernels {
 public:
  IndexKernels(const Database::Impl& database, const ModelSpec& model, int heads);

  /// The rows are missing.
  [[nodiscard]] const std::optional<Error>& missing() const { return missing_; }
  /// What sharing `sequence` tokens among `cp` ranks adds to a block that was measured with `own` tokens, ms; may be negative.
  /// An error beyond the longest sequence measured: the time grows faster than the sequence.
  [[nodiscard]] Result<double> added_ms(int batch, int sequence, int own, int prefix, int cp) const;

 private:
  const Slice* score_ = nullptr;
  const Slice* choose_last_ = nullptr;   ///< the last tokens of a prompt
  const Slice* choose_flat_ = nullptr;   ///< as it is part of the measured block
  std::optional<Error> missing_;
};

}  // namespace dynamo::perf
