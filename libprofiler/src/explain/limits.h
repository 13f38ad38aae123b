#pragma once

#include <string>

#include "explain/explanation.h"

namespace dynamo::explain {

/// What keeps a unit from being faster, found among the points of its own layout.
struct Limit {
  std::string name;        ///< itl, ttft, requestLatency, memory, kvCache, prefill, largestBatch or none
  int batch = 0;           ///< of the nearest faster point, or of the first that does not fit
  double value = 0;        ///< what that point needs or reaches
  double allowed = 0;      ///< same unit: ms or GiB
  double tokens_per_s_gpu = 0;   ///< of that point; 0 = it was not evaluated
  bool same_batch = false;       ///< that point only reads more prompt tokens a step
};

[[nodiscard]] Limit limit_of(const Evidence& evidence, const Estimate& unit);
[[nodiscard]] Value limit_value(const Limit& limit);
/// `batch 176 would have ITL 51.2 ms, over 50 ms`.
[[nodiscard]] std::string limit_text(const Limit& limit);

}  // namespace dynamo::explain
