#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dynamo::cli {

/// Where a Job that is told nothing else leaves its files.
inline constexpr const char* kJobDirectory = "profiling_results";

/// The arguments of a call. The program may stand where a profiling Job expects Python: called as `python -m dynamo.profiler …`
/// or `python3 -m dynamo.profiler …`, it is `profile …`.
[[nodiscard]] std::vector<std::string> arguments_of(const std::vector<std::string>& words);

/// Where a call that stands in for the profiling Job leaves its files, read from words that may be wrong; nullopt for any other call.
[[nodiscard]] std::optional<std::string> job_directory(const std::vector<std::string>& words);

}  // namespace dynamo::cli
