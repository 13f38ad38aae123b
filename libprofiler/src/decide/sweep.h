#pragma once

#include <optional>

#include "dynamo/profiler/profile.h"

namespace dynamo {

/// The curves that planner and mocker ask for; nothing when nobody does. Without a performance model a planner that scales by load
/// goes on without them (a warning); for any other that is an error.
[[nodiscard]] std::optional<Curves> sweep_for(const ValidatedRequest& request, const PickReport& report, const TableStore& tables,
                                              const ProfileOptions& options, Diagnostics& findings);

}  // namespace dynamo
