#pragma once

#include <string>
#include <vector>

#include "explain/explanation.h"

namespace dynamo::explain {

// One function per section of the document, each in a file of its own name.

[[nodiscard]] Value inputs_of(const ValidatedRequest& request);
[[nodiscard]] Value request_of(const ValidatedRequest& request);
[[nodiscard]] Value targets_of(const Evidence& evidence);
[[nodiscard]] Value why_of(const Evidence& evidence);
[[nodiscard]] Array runners_up_of(const Evidence& evidence);
[[nodiscard]] Array layouts_of(const Evidence& evidence);
[[nodiscard]] Value modes_of(const Evidence& evidence);
[[nodiscard]] Value sensitivity_of(const Evidence& evidence);
[[nodiscard]] Value funnel_of(const Evidence& evidence);
[[nodiscard]] Array memory_of(const Evidence& evidence);
[[nodiscard]] Array time_of(const Evidence& evidence);
[[nodiscard]] Value rates_of(const Evidence& evidence);
[[nodiscard]] Value provenance_of(const Evidence& evidence);
[[nodiscard]] Array assumptions_of(const Evidence& evidence);
/// Findings name the nearest layouts of a candidate that nobody enumerated.
[[nodiscard]] Array candidates_of(const Evidence& evidence, const std::vector<std::string>& candidates, Diagnostics& findings);

}  // namespace dynamo::explain
