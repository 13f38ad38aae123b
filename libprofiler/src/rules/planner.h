#pragma once

#include "rules/report.h"

namespace dynamo {

/// What the sweep of a planner is called when it is off; an explicit null means the same.
inline constexpr std::string_view kNoSweep = "none";

/// Copies the planner as written, with the guide's `planner_` names mapped to the planner's own. Reports names given
/// twice, names nobody reads and values the planner refuses.
[[nodiscard]] Value normalise_planner(Report& report, const Value& written);

/// Rules between the values of a normalised planner. Returns whether it scales.
[[nodiscard]] bool check_planner(Report& report, const Value& planner);

/// Whether a normalised planner scales by throughput, as it does unless told otherwise.
[[nodiscard]] bool scales_by_throughput(const Value& planner);

/// Whether its sweep is the rapid one, which is the default.
[[nodiscard]] bool sweep_is_rapid(const Value& planner);

/// Whether a normalised planner has its sweep switched off.
[[nodiscard]] bool sweep_is_off(const Value& planner);

/// The place of the member `key`, or of the planner.
[[nodiscard]] SourceMark planner_mark(const Report& report, const Value& planner, std::string_view key);

}  // namespace dynamo
