#pragma once

#include <optional>
#include <string_view>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/request.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {

using Role = facts::EngineRole;
[[nodiscard]] std::string_view name_of(Role role);  ///< agg, prefill or decode

/// What an engine must be held to so that it runs as it was modelled.
struct EngineLimits {
  int batch = 0;               ///< sequences in flight per attention replica
  int step_tokens = 0;         ///< tokens computed per step and attention replica
  int sequence_tokens = 0;     ///< longest sequence that is accepted
  double memory_fraction = 0;  ///< of total memory (vLLM, SGLang) or of what the weights leave (TensorRT-LLM)
};

[[nodiscard]] EngineLimits modelled_limits(const ValidatedRequest& request, const Estimate& unit, Role role);

/// The share of GPU memory that the memory gate of that backend and role counted with.
[[nodiscard]] double modelled_memory_fraction(const WorkerEstimate& engine, Role role, double vram_bytes);

}  // namespace dynamo::emit
