#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/profile.h"

namespace dynamo::cli {

/// Version of the JSON that `-o json` prints; documented in docs/cli.md.
inline constexpr const char* kReportApiVersion = "dynamo-profiler/v1";

/// Everything one request led to, as the one tree that JSON prints and every table is rendered from.
[[nodiscard]] Value report_value(const ProfileResult& result, const std::string& source);

/// One report as it is; several as a list.
[[nodiscard]] Value report_list(std::vector<Value> reports, const std::string& kind = "ProfileReportList");

}  // namespace dynamo::cli
