#pragma once

#include "dynamo/profiler/document.h"

namespace dynamo::emit {

/// Where the profiling Job may run, its deployment may: `template.spec.tolerations` of the Job is appended to every
/// service of a v1alpha1 deployment, equal entries once. The Job's volumes hold its output and stay with it.
void add_job_tolerations(Value& deployment, const Value& profiling_job);

}  // namespace dynamo::emit
