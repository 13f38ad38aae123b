#pragma once

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/parallelism.h"

namespace dynamo::emit {

/// Bytes of a whole checkpoint at the width it is stored in.
[[nodiscard]] double weight_bytes(const ModelSpec& model, const QuantModes& quant);

/// Bytes of KV cache that one token takes on one rank of `tp * pp`.
[[nodiscard]] double kv_bytes_per_token(const ModelSpec& model, const QuantModes& quant, int tp, int pp);

}  // namespace dynamo::emit
