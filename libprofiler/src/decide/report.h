#pragma once

#include "decide/answer.h"
#include "dynamo/profiler/pick.h"

namespace dynamo::decision {

/// The pick with its runners-up and what each search did, which is taken from `answer`; `chosen` is empty when no layout was found.
/// Without provenance.
[[nodiscard]] PickReport report_of(const ValidatedRequest& request, Answer& answer);

}  // namespace dynamo::decision
