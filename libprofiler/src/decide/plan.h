#pragma once

#include "decide/searches.h"
#include "dynamo/profiler/profile.h"

namespace dynamo::decision {

/// What a request asks to be searched, on every backend it names.
[[nodiscard]] Plan plan_of(const ValidatedRequest& request, const ProfileOptions& options);

}  // namespace dynamo::decision
