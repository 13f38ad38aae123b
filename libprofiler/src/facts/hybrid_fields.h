#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Reads how layers with full and windowed attention, with and without experts, are mixed, for the families that mix them.
/// `model` has its common fields.
void read_hybrid(ConfigFields& fields, ModelSpec& model);

}  // namespace dynamo::facts
