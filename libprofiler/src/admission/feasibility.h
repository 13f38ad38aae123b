#pragma once

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// What `profile` would say about the request, as warnings or, where the options and the rule have it so, errors. Notes in
/// `answer` that and how long it took.
[[nodiscard]] Diagnostics feasibility(const ValidatedRequest& request,
                                      const Document& document,
                                      const AdmissionOptions& options,
                                      const TableStore& tables,
                                      AdmissionAnswer& answer);

}  // namespace dynamo::admission
