#pragma once

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/facts.h"

namespace dynamo::facts {

/// The three places where a checkpoint says how it is quantised; null = absent.
struct QuantSources {
  const Value* config = nullptr;    ///< root of `config.json`
  const Value* section = nullptr;   ///< its `quantization_config`
  const Value* modelopt = nullptr;  ///< `quantization` of `hf_quant_config.json`
};

/// Patterns of the layers that the checkpoint leaves unquantised, as written.
[[nodiscard]] std::vector<std::string> excluded_patterns(const QuantSources& sources);

/// Normalises what the checkpoint says. Never fails: what it does not understand is kept by name for infer_quant.
[[nodiscard]] CheckpointQuant read_checkpoint_quant(const QuantSources& sources, Family family);

}  // namespace dynamo::facts
