#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/config_fields.h"

namespace dynamo::facts {

/// Reads the compressed attention of DeepSeek-V4; other families have none.
void read_compressed_attention(ConfigFields& fields, ModelSpec& model);

}  // namespace dynamo::facts
