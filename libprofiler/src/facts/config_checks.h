#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// The number of layers, or the length of the pattern that stands for it.
[[nodiscard]] int read_layers(ConfigFields& fields);

/// Reports fields that are fine one by one and impossible together.
void check_contradictions(ConfigFields& fields, const ModelSpec& model);

}  // namespace dynamo::facts
