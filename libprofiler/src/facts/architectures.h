#pragma once

#include <span>
#include <string_view>

#include "dynamo/profiler/facts.h"

namespace dynamo::facts {

/// What an `architectures[0]` value implies.
struct Architecture {
  std::string_view name;
  Family family;
  bool nested = false;   ///< language-model fields are under `text_config`
  bool qk_norm = false;  ///< queries and keys are normalised before attention
};

/// Null when nobody models it. A bare family name stands for itself.
[[nodiscard]] const Architecture* find_architecture(std::string_view name);
[[nodiscard]] std::span<const Architecture> all_architectures();

}  // namespace dynamo::facts
