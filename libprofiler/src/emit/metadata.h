#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/request.h"

namespace dynamo::emit {

/// `metadata` of an object made for a request: its namespace, and the labels that tie it to the request.
[[nodiscard]] Value object_metadata(const ValidatedRequest& request, const std::string& name);

}  // namespace dynamo::emit
