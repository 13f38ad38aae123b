#pragma once

#include <string>
#include <vector>

namespace dynamo::cli {

/// The arguments of a call. The program may stand where a profiling Job expects Python: called as `python -m dynamo.profiler …`
/// or `python3 -m dynamo.profiler …`, it is `profile …`.
[[nodiscard]] std::vector<std::string> arguments_of(const std::vector<std::string>& words);

}  // namespace dynamo::cli
