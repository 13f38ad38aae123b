#pragma once

#include "dynamo/profiler/facts.h"
#include "facts/checkpoint_quant.h"

namespace dynamo::facts {

/// What the checkpoint says about single dense parts: a stated format, else bf16 for parts it leaves out.
[[nodiscard]] PartFormats read_part_formats(const QuantSources& sources);

}  // namespace dynamo::facts
