#pragma once

#include <optional>

#include "dynamo/profiler/profile.h"

namespace dynamo {

/// Why this decision can have no curves: an error where they are needed, a warning where they are only asked for. Nothing
/// where they can be made, or nobody asks.
[[nodiscard]] std::optional<Diagnostic> sweep_obstacle(const ValidatedRequest& request, const PickReport& report);

/// The curves that planner and mocker ask for; nothing when nobody does. Without a performance model a planner that scales by load
/// goes on without them (a warning); for any other that is an error.
[[nodiscard]] std::optional<Curves> sweep_for(const ValidatedRequest& request, const PickReport& report, const TableStore& tables,
                                              const ProfileOptions& options, Diagnostics& findings);

}  // namespace dynamo
