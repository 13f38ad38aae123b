#pragma once

#include <string_view>

#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/parallelism.h"

namespace dynamo {

/// Share of GPU memory that an engine gives its KV cache when nobody says otherwise: what is modelled and what is emitted.
/// TensorRT-LLM: of the memory left by weights and activations. vLLM (by release) and SGLang: of all memory, everything
/// else included; SGLang derives it from `capacity_bytes` unless the engine is `aggregated`.
[[nodiscard]] double default_kv_fraction(Backend backend, std::string_view version, const Parallelism& parallel,
                                         double capacity_bytes, bool aggregated);

}  // namespace dynamo
