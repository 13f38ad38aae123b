#pragma once

#include <algorithm>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// Prefill attention of one of `cp` context-parallel ranks. Each takes an early and a late chunk of the prompt, 1 / (2 cp) of it
/// each, so that all ranks work alike. `one(batch, new tokens, tokens before)` prices a chunk.
template <typename One>
Result<Timing> context_chunks(const StepShape& step, int cp, const One& one) {
  if (cp <= 1) return one(step.batch, step.sequence, step.prefix);
  const int chunk = std::max(1, (step.sequence + 2 * cp - 1) / (2 * cp));
  const Result<Timing> early = one(step.batch, chunk, step.prefix);
  if (!early.has_value()) return early;
  const Result<Timing> late = one(step.batch, chunk, step.prefix + step.sequence - chunk);
  return late.has_value() ? Result<Timing>(early->plus(*late)) : late;
}

}  // namespace dynamo::perf
