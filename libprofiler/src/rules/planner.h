#pragma once

#include "rules/report.h"

namespace dynamo {

/// What the sweep of a planner is called when it is off; an explicit null means the same.
inline constexpr std::string_view kNoSweep = "none";

/// By what a planner scales.
struct PlannerScaling {
  bool throughput = true;
  bool load = false;
};

/// The scaling that the values of a normalised planner lead to. A target other than `sla` makes it scale by load alone, whatever
/// the two switches say.
[[nodiscard]] PlannerScaling planner_scaling(const Value& planner);

// Adjustment intervals that a normalised planner works with, seconds.
[[nodiscard]] double throughput_interval_s(const Value& planner);
[[nodiscard]] double load_interval_s(const Value& planner);

/// Seconds between two ticks of a planner that has to meet all its intervals: their greatest common divisor, to a millisecond.
[[nodiscard]] double common_interval_s(const Value& planner);

/// Copies the planner as written, with the guide's `planner_` names mapped to the planner's own. Reports names given
/// twice, names nobody reads and values the planner refuses.
[[nodiscard]] Value normalise_planner(Report& report, const Value& written);

/// Rules between the values of a normalised planner. Returns whether it scales.
[[nodiscard]] bool check_planner(Report& report, const Value& planner);

/// Rules that only newer planners know, between keys that only they have.
void check_newer_planner(Report& report, const Value& planner);

/// Whether the sweep of a normalised planner is the rapid one, which is the default.
[[nodiscard]] bool sweep_is_rapid(const Value& planner);

/// Whether a normalised planner has its sweep switched off.
[[nodiscard]] bool sweep_is_off(const Value& planner);

/// The place of the member `key`, or of the planner.
[[nodiscard]] SourceMark planner_mark(const Report& report, const Value& planner, std::string_view key);

}  // namespace dynamo
