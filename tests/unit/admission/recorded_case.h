#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/admission.h"

namespace dynamo::recorded {

/// The names of the recorded cases, sorted: a review, the webhook's settings, and what has to come back.
std::vector<std::string> names();

/// The case of that name.
Value load(const std::string& name);

/// The webhook's settings of a case, without feasibility.
AdmissionOptions options_of(const Value& recorded);

/// What the webhook answers to a case.
AdmissionAnswer answer(const Value& recorded, const AdmissionOptions& options);

/// The text member of that name; empty when absent or no text.
std::string text_of(const Value& value, std::string_view key);

bool flag(const Value& value, std::string_view key, bool fallback);

}  // namespace dynamo::recorded
