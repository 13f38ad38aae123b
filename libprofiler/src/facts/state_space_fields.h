#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Fields of models with recurrent layers; `root` is the whole configuration, which may state the type of the state.
void read_state_space(ConfigFields& fields, const Value& root, ModelSpec& model);

}  // namespace dynamo::facts
