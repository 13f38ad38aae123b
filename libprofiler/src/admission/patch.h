#pragma once

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// The JSON Patch that makes a new request canonical; null when it is.
[[nodiscard]] Value normalising_patch(const Value& object, const AdmissionOptions& options);

}  // namespace dynamo::admission
