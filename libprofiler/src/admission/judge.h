#pragma once

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// What admission thinks of one object: the rules of the DGDR, read as they hold behind an API server.
struct Judgement {
  std::optional<ValidatedRequest> request;   ///< absent as soon as something keeps it from being estimated
  Diagnostics findings;
};
[[nodiscard]] Judgement judge(const Document& document, const AdmissionOptions& options);

}  // namespace dynamo::admission
