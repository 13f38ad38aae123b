#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/cost.h"
#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/request.h"
#include "dynamo/profiler/tables.h"
#include "io/requests.h"
#include "render/findings.h"

namespace dynamo::cli {

/// The value of `--database-mode`.
[[nodiscard]] DatabaseMode database_mode(const std::string& name);

/// The values of `--gpu-price`; what is wrong with them goes to `problems`.
[[nodiscard]] GpuPrices gpu_prices(const std::vector<std::string>& texts, Diagnostics& problems);

/// Warns where prices were given and none is of the GPU that the request asks for.
[[nodiscard]] Diagnostics check_prices(const GpuPrices& prices, const ValidatedRequest& request);

/// What is wrong with the requests themselves, for a call that goes no further.
[[nodiscard]] Findings check_requests(const Requests& requests, const ValidateOptions& options);

/// Says on stderr that there are no measured tables and how to get them.
void warn_without_tables(const TableStore& tables);

}  // namespace dynamo::cli
