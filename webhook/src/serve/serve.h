#pragma once

#include "config/config.h"

namespace dynamo::webhook {

/// Serves until SIGTERM or SIGINT and the drain after it. Returns the exit code of the process.
[[nodiscard]] int serve(const Config& config);

}  // namespace dynamo::webhook
