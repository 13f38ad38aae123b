#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynamo/profiler/document.h"

namespace dynamo::facts {

/// Formats of a checkpoint that quantises only some of its layers; empty = left in bfloat16.
struct LayerFormats {
  std::string dense;
  std::string experts;
};

/// Whether a layer (in lower case) belongs to the routed experts.
[[nodiscard]] bool is_routed_expert(std::string_view target);

/// Layers with a format of their own: name and normalised algorithm, "" where none is stated.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> quantized_layers(const Value* section);

/// compressed-tensors: the format of the first group, for every kind of layer that the ignore list spares.
[[nodiscard]] LayerFormats compressed_tensors_formats(const Value* section);

/// ModelOpt mixed precision: the format of each kind of layer by a fixed priority.
[[nodiscard]] LayerFormats mixed_precision_formats(const Value* section, const Value* modelopt, bool dynamic);

}  // namespace dynamo::facts
