#pragma once

#include <optional>

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// What `profile` would say about the request, as warnings or, where the options and the rule have it so, errors. Notes in
/// `answer` that and how long it took.
[[nodiscard]] Diagnostics feasibility(const ValidatedRequest& request,
                                      const Document& document,
                                      const AdmissionOptions& options,
                                      const TableStore& tables,
                                      AdmissionAnswer& answer);

/// What a decision says about the request itself, and not only about its pick; nothing when it was cancelled.
[[nodiscard]] std::optional<Diagnostics> findings_of_decision(const ValidatedRequest& request,
                                                              const ProfileOptions& options,
                                                              const TableStore& tables);

/// Whether that is nothing at all, seen from one layout that meets all that is asked, without a decision. False: not known.
[[nodiscard]] bool nothing_to_find(const ValidatedRequest& request, const ProfileOptions& options, const TableStore& tables);

}  // namespace dynamo::admission
