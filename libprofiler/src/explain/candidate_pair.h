#pragma once

#include <optional>

#include "explain/explanation.h"
#include "explain/named_candidate.h"

namespace dynamo::explain {

/// Whether `a` is nearer to the targets than `b`, or as near and faster.
[[nodiscard]] bool nearer(const Evidence& evidence, const Estimate& a, const Estimate& b);

/// The best deployment of prefill and decode workers of these layouts: the best batch of the decode workers, and worker counts as named,
/// else those that match the rates best. It may need more GPUs than the request has. None where nothing of a layout was evaluated.
[[nodiscard]] std::optional<Pick> best_pair(const Evidence& evidence, const NamedCandidate& named, const Parallelism& prefill,
                                            const Parallelism& decode);

}  // namespace dynamo::explain
