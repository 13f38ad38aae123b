#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Reads the delta attention and the latent experts of Kimi-K3; other families have none.
void read_kimi_hybrid(ConfigFields& fields, ModelSpec& model);

}  // namespace dynamo::facts
