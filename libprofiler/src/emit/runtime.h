#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "dynamo/profiler/request.h"
#include "facts/backend_facts.h"
#include "rules/planner_keys.h"

namespace dynamo::emit {

/// The Dynamo release that will run: `asked` (a version, empty = not given), else the request's override, else the tag of `image`.
/// Nullopt when none of them names one; that counts as the newest.
[[nodiscard]] std::optional<facts::RuntimeRelease> runtime_of(const ValidatedRequest& request, std::string_view asked,
                                                              std::string_view image);

/// The planner inside a release.
[[nodiscard]] PlannerLine planner_line(std::optional<facts::RuntimeRelease> release);

/// The image `name` beside the request's own, or the published one if the request has none. Error: a digest stands in the way.
[[nodiscard]] std::expected<std::string, Diagnostics> sibling_image(const ValidatedRequest& request, std::string_view name,
                                                                    Backend backend);

/// The image that the planner service runs: the request's own in the 1.0 line, whose frontend image holds the planner.
[[nodiscard]] std::expected<std::string, Diagnostics> planner_image(const ValidatedRequest& request, PlannerLine line,
                                                                    Backend backend);
/// The image that mocker workers and their frontend run.
[[nodiscard]] std::expected<std::string, Diagnostics> mocker_image(const ValidatedRequest& request, PlannerLine line,
                                                                   Backend backend);

}  // namespace dynamo::emit
