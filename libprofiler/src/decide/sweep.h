#pragma once

#include <optional>

#include "dynamo/profiler/profile.h"

namespace dynamo {

/// Why this decision cannot have the curves it needs, as an error. Nothing where they can be made, or nobody needs them.
[[nodiscard]] std::optional<Diagnostic> sweep_obstacle(const ValidatedRequest& request, const PickReport& report);

/// The curves that planner and mocker need; nothing when neither does. An error in `findings` where they cannot be made.
[[nodiscard]] std::optional<Curves> sweep_for(const ValidatedRequest& request, const PickReport& report, const TableStore& tables,
                                              const ProfileOptions& options, Diagnostics& findings);

}  // namespace dynamo
