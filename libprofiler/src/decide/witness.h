#pragma once

#include "dynamo/profiler/profile.h"

namespace dynamo::decision {

/// Whether a decision would find a layout that is measured throughout, meets every target and carries the whole load. It stops at the first
/// such layout, the witness, which is rarely the pick. False: only the decision can tell.
[[nodiscard]] bool has_witness(const ValidatedRequest& request, const TableStore& tables, const ProfileOptions& options);

}  // namespace dynamo::decision
