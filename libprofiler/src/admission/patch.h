#pragma once

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// The JSON Patch that makes a request canonical; null when it is. An update gets no default image: what was stored without
/// one may not change.
[[nodiscard]] Value normalising_patch(const Value& object, bool created, const AdmissionOptions& options);

}  // namespace dynamo::admission
