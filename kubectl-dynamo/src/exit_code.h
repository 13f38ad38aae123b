#pragma once

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::cli {

/// What the process tells its caller; documented in docs/cli.md.
enum class ExitCode {
  kOk = 0,
  kError = 1,
  kUsage = 2,
  kSlaUnmet = 3,
  kInvalidRequest = 4,
  kUnsupported = 5,
};

/// The code for a list of findings: a broken file or program is worse than an invalid request, which is worse than an
/// unsupported combination. Warnings do not count.
[[nodiscard]] ExitCode exit_code_of(const Diagnostics& diagnostics);

/// The graver of two outcomes, for runs over several requests.
[[nodiscard]] ExitCode worse_of(ExitCode a, ExitCode b);

}  // namespace dynamo::cli
