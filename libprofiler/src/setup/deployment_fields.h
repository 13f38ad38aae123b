#pragma once

#include <vector>

#include "dynamo/profiler/setup.h"
#include "lint/deployment_view.h"

namespace dynamo::setup {

/// The fields of a service with an engine that are set, neither read nor without influence on a prediction, each with the reason.
[[nodiscard]] std::vector<IgnoredSetting> ignored_fields(const lint::ServiceView& service);

/// The same of what all services share: `spec` but for its services.
[[nodiscard]] std::vector<IgnoredSetting> ignored_fields(const Value& spec);

/// What of a service without an engine bears upon the engines: GPUs it takes, how requests are routed.
[[nodiscard]] std::vector<IgnoredSetting> ignored_beside_engines(const lint::ServiceView& service);

}  // namespace dynamo::setup
