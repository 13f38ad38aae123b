#include "facts/part_formats.h"

#include <algorithm>

#include "facts/layer_formats.h"
#include "facts/spelling.h"

namespace dynamo::facts {
namespace {

bool has(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

std::optional<GemmQuant> format_of(std::string_view algorithm) {
  if (algorithm == "fp8") return GemmQuant::kFp8Static;
  if (algorithm == "mxfp8") return GemmQuant::kFp8;
  if (algorithm == "nvfp4") return GemmQuant::kNvfp4;
  if (algorithm == "w4a16_nvfp4") return GemmQuant::kW4a16Nvfp4;
  return std::nullopt;
}

std::optional<GemmQuant>* part_of(PartFormats& formats, std::string_view layer) {
  if (has(layer, ".linear_attn.") || has(layer, ".self_attn.")) return &formats.projections;
  if (has(layer, "shared_expert")) return &formats.shared_expert;
  return has(layer, ".mlp.") && !is_routed_expert(layer) ? &formats.dense_ffn : nullptr;
}

void add_stated(const Value* section, PartFormats& formats) {
  for (const auto& [layer, algorithm] : quantized_layers(section)) {
    const auto format = format_of(algorithm);
    std::optional<GemmQuant>* part = format.has_value() ? part_of(formats, lower(layer)) : nullptr;
    if (part != nullptr) *part = format;
  }
}

}  // namespace

PartFormats read_part_formats(const QuantSources& sources) {
  PartFormats formats;
  add_stated(sources.modelopt, formats);
  add_stated(sources.section, formats);
  std::vector<std::string> patterns = excluded_patterns(sources);
  for (std::string& pattern : patterns) pattern = lower(pattern);
  const auto leaves_out = [&](auto matches) { return std::ranges::any_of(patterns, matches); };
  const auto keep_bf16 = [](std::optional<GemmQuant>& part, bool left_out) {
    if (left_out && !part.has_value()) part = GemmQuant::kBfloat16;
  };
  keep_bf16(formats.projections, leaves_out([](std::string_view p) { return has(p, "linear_attn") || has(p, "self_attn"); }));
  keep_bf16(formats.shared_expert, leaves_out([](std::string_view p) { return has(p, "shared_expert"); }));
  keep_bf16(formats.dense_ffn, leaves_out([](std::string_view p) { return has(p, ".mlp") && !has(p, "shared_expert"); }));
  return formats;
}

}  // namespace dynamo::facts
