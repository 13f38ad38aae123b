#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/facts.h"
#include "emit/template/report.h"

namespace dynamo::emit {

/// Where a service's values came from.
struct ServiceContext {
  Backend backend = Backend::kTrtllm;
  std::string path;   ///< within `overrides.dgd`
};

/// Lays a service of the base template over ours (both v1alpha1).
void merge_service(const ServiceContext& context, Value& ours, const Value& theirs, TemplateReport& report);

}  // namespace dynamo::emit
