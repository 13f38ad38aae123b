#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Reads the searched layers of a NAS model (`block_configs`), equal neighbours together.
void read_blocks(ConfigFields& fields, ModelSpec& model);

}  // namespace dynamo::facts
