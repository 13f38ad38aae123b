#pragma once

#include <optional>
#include <string>

#include "dynamo/profiler/facts.h"

namespace dynamo {

/// A checkpoint that no engine serves on a GPU, and the built-in one that serves instead; nullptr if none is known.
struct ServingLimit {
  std::string reason;
  const ModelSpec* instead = nullptr;
};
[[nodiscard]] std::optional<ServingLimit> serving_limit(const ModelSpec& model, const SystemSpec& system);

}  // namespace dynamo
