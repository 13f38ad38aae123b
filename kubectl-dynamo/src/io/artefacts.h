#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/profile.h"
#include "io/atomic_write.h"

namespace dynamo::cli {

/// The first error as one line; what the status file says of a failure.
[[nodiscard]] std::string first_error(const Diagnostics& diagnostics);

/// What the operator's side-car expects to find when the profiler has ended: the curves, the deployment before
/// and after planner and mocker, and the status; or the status of a failure alone. `phase` is where it failed.
[[nodiscard]] std::vector<OutputFile> artefacts_of(const ProfileResult& result, const std::string& phase = "Initializing");

/// The status file of a run that has just begun, or that failed before there was a result.
[[nodiscard]] OutputFile running_artefact();
[[nodiscard]] OutputFile failed_artefact(const std::string& message, const std::string& error, const std::string& phase = "Initializing");
[[nodiscard]] OutputFile success_artefact();

}  // namespace dynamo::cli
