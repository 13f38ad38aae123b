#pragma once

#include <memory>
#include <string>
#include <vector>

#include "perf/engine.h"

namespace dynamo::perf {

/// A kernel whose measured time cannot be right.
struct Suspect {
  std::string kernel;
  bool neighbours = false;   ///< it takes longer than with more work; else: much longer than such kernels usually do
  double factor = 1;         ///< measured time over what that allows
  double excess_share = 0;   ///< of the time of the pass
};

/// Holds the rows behind the passes of one worker against their neighbours and their roofline, by the limits of
/// data/efficiency/sanity.yaml. Changes no number.
class RowWatch {
 public:
  /// What an engine is built from.
  static Result<RowWatch> make(const Database& database,
                               const ModelSpec& model,
                               const QuantModes& quant,
                               const Parallelism& parallel,
                               int nextn,
                               const ExpertExchange& exchange);
  ~RowWatch();
  RowWatch(RowWatch&&) noexcept;
  RowWatch& operator=(RowWatch&&) noexcept;

  // Suspects of one pass; none while their excess is too small a share of it.
  [[nodiscard]] std::vector<Suspect> in_prefill(const Workload& load, int batch) const;
  [[nodiscard]] std::vector<Suspect> in_decode(const Workload& load, int batch) const;
  [[nodiscard]] std::vector<Suspect> in_mixed_step(const Workload& load, int batch, int ctx_tokens) const;

 private:
  struct Impl;
  RowWatch();
  std::unique_ptr<Impl> impl_;
};

}  // namespace dynamo::perf
