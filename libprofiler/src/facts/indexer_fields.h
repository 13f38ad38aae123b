#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Reads the indexer of a family that has one. Needs the number of layers.
void read_indexer(ConfigFields& fields, ModelSpec& model);

}  // namespace dynamo::facts
