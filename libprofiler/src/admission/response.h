#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/admission.h"

namespace dynamo::admission {

/// A warning longer than this is cut; kubectl and the API server may drop the rest.
inline constexpr std::size_t kMaxWarning = 120;

/// An admitted request, with the warnings among `findings` and a JSON Patch unless it is null.
void allow(AdmissionAnswer& answer, const Diagnostics& findings, const Value& patch = {});

/// A denied one: a Status of code 422 with a cause for every error.
void deny(AdmissionAnswer& answer, const Diagnostics& findings);

/// One line of at most `kMaxWarning` characters.
[[nodiscard]] std::string warning_text(const Diagnostic& finding);

/// What a field error says behind its path: `Forbidden: reason; hint`.
[[nodiscard]] std::string cause_text(const Diagnostic& finding);

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace dynamo::admission
