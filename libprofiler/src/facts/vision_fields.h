#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/facts.h"

namespace dynamo::facts {

/// Reads the vision encoder beside a language model, for the families that are priced with one.
[[nodiscard]] Diagnostics read_vision(const Value& config, const std::string& source, ModelSpec& model);

}  // namespace dynamo::facts
