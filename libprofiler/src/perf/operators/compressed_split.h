#pragma once

#include <optional>

#include "perf/interp/grid_query.h"
#include "perf/operators/compressed_attention.h"

namespace dynamo::perf {

/// Context parallelism of a compressed-attention layer: each rank runs the layer on its share of the new tokens. What grows faster
/// than the share (scoring and selecting entries) is exchanged for an even part of the whole, and caches are gathered.
class CompressedSplit {
 public:
  CompressedSplit(const std::string& name, const Database::Impl& database, const CompressedAttentionConfig& config);

  /// New tokens of the busiest rank.
  [[nodiscard]] int share_of(int sequence) const { return std::max(1, (sequence + cp_ - 1) / cp_); }
  /// The layer's time on a share, made that of a step. Error kMissingData without the tables of the scoring and selecting kernels.
  [[nodiscard]] Result<Timing> add_to(const Timing& own, const StepShape& step) const;

 private:
  [[nodiscard]] std::optional<double> scoring_ms(int batch, int tokens, int cached) const;
  [[nodiscard]] Result<double> exchange_ms(const StepShape& step) const;
  [[nodiscard]] Result<double> gather_ms(const OperatorPtr& gather, int tokens) const;

  int cp_;
  CompressedShape shape_;
  std::optional<BoundGrid> scoring_;      ///< cached tokens, new tokens, prompts
  const Slice* selection_ = nullptr;
  OperatorPtr gather_entries_;            ///< of the compressed and of the uncompressed cache
  OperatorPtr gather_index_;
};

}  // namespace dynamo::perf
