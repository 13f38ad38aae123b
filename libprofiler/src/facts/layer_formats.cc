#include "facts/layer_formats.h"

#include <set>

#include "facts/spelling.h"

namespace dynamo::facts {
namespace {

bool has(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

std::string text_of(const Value* object, std::string_view key) {
  const Value* value = object != nullptr ? object->find(key) : nullptr;
  return value != nullptr && value->as_string() != nullptr ? lower(*value->as_string()) : std::string();
}

std::int64_t bits_of(const Value* weights) {
  const Value* bits = weights != nullptr ? weights->find("num_bits") : nullptr;
  return bits != nullptr && bits->as_int() != nullptr ? *bits->as_int() : 0;
}

const Object& members_of(const Value* object, std::string_view key) {
  static const Object empty;
  const Value* value = object != nullptr ? object->find(key) : nullptr;
  return value != nullptr && value->as_object() != nullptr ? *value->as_object() : empty;
}

const Array& items_of(const Value* object, std::string_view key) {
  static const Array empty;
  const Value* value = object != nullptr ? object->find(key) : nullptr;
  return value != nullptr && value->as_array() != nullptr ? *value->as_array() : empty;
}

std::string compressed_format(const Value* weights) {
  const std::int64_t bits = bits_of(weights);
  const std::string type = text_of(weights, "type");
  if (has(type, "int")) return bits == 4 ? "int4_wo" : bits == 8 ? "int8_wo" : "";
  if (!has(type, "float")) return {};
  if (bits == 4) return "w4a16_mxfp4";
  if (bits != 8) return {};
  const Value* blocks = weights->find("block_structure");
  return text_of(weights, "strategy") == "block" || (blocks != nullptr && !blocks->is_null()) ? "fp8_block" : "fp8";
}

bool is_attention(std::string_view pattern) {
  for (const std::string_view word : {"self_attn", "q_proj", "k_proj", "v_proj", "o_proj"}) {
    if (has(pattern, word)) return true;
  }
  return false;
}

std::string layer_algorithm(std::string name) {
  if (name == "e4m3" || name == "e5m2") return "fp8";
  return name == "fp4" ? "nvfp4" : name;
}

std::string stated_algorithm(const Value* layer) {
  for (const std::string_view key : {"quant_algo", "quantization_algo", "quant_method"}) {
    std::string name = text_of(layer, key);
    if (!name.empty()) return layer_algorithm(std::move(name));
  }
  return {};
}

// 8-bit floats with one scale per 32 elements are MXFP8.
constexpr std::int64_t kMxfp8Group = 32;

std::string group_algorithm(const Value* weights) {
  if (weights == nullptr || weights->as_object() == nullptr) return {};
  std::string name = stated_algorithm(weights);
  if (!name.empty() || !has(text_of(weights, "type"), "float")) return name;
  const Value* group = weights->find("group_size");
  const bool micro_scaled = group != nullptr && group->as_int() != nullptr && *group->as_int() == kMxfp8Group;
  if (bits_of(weights) == 8) return micro_scaled ? "mxfp8" : "fp8";
  return bits_of(weights) == 4 ? "nvfp4" : "";
}

struct LayerAlgorithms {
  std::set<std::string> dense;
  std::set<std::string> experts;

  void add(std::string_view target, const std::string& algorithm) {
    if (algorithm.empty()) return;
    (is_routed_expert(lower(target)) ? experts : dense).insert(algorithm);
  }

  void add_layers(const Value* section) {
    for (const auto& [layer, algorithm] : quantized_layers(section)) add(layer, algorithm);
  }

  void add_groups(const Value* section) {
    for (const Member& group : members_of(section, "config_groups")) {
      const std::string algorithm = group_algorithm(group.value.find("weights"));
      for (const Value& target : items_of(&group.value, "targets")) {
        if (target.as_string() != nullptr) add(*target.as_string(), algorithm);
      }
    }
  }
};

std::string per_tensor_fp8(bool dynamic) { return dynamic ? "fp8" : "fp8_static"; }

std::string dense_format(const Value* section, const LayerAlgorithms& found, bool dynamic) {
  // An expert-only requantisation keeps the description of its base checkpoint, which is the truth about dense layers.
  if (text_of(section, "quant_method") == "fp8") {
    return items_of(section, "weight_block_size").empty() ? per_tensor_fp8(dynamic) : "fp8_block";
  }
  if (found.dense.contains("mxfp8")) return "fp8_block";
  if (found.dense.contains("fp8")) return per_tensor_fp8(dynamic);
  if (found.dense.contains("w4a16_nvfp4")) return "w4a16_nvfp4";
  return found.dense.contains("nvfp4") ? "nvfp4" : "";
}

std::string expert_format(const LayerAlgorithms& found) {
  if (found.experts.contains("w4a16_nvfp4")) return "w4a16_nvfp4";
  if (found.experts.contains("nvfp4")) return "nvfp4";
  if (found.experts.contains("mxfp8")) return "fp8_block";
  return found.experts.contains("fp8") ? "fp8" : "";
}

}  // namespace

bool is_routed_expert(std::string_view target) {
  if (has(target, "shared_expert")) return false;
  return has(target, ".experts.") || target.ends_with(".experts") || has(target, "routing_expert");
}

std::vector<std::pair<std::string, std::string>> quantized_layers(const Value* section) {
  std::vector<std::pair<std::string, std::string>> layers;
  for (const Member& layer : members_of(section, "quantized_layers")) {
    const std::string* name = layer.value.as_string();
    layers.emplace_back(layer.key, name != nullptr ? layer_algorithm(lower(*name)) : stated_algorithm(&layer.value));
  }
  return layers;
}

LayerFormats compressed_tensors_formats(const Value* section) {
  std::string format;
  for (const Member& group : members_of(section, "config_groups")) {
    const Value* weights = group.value.find("weights");
    if (weights != nullptr) format = compressed_format(weights);
    if (!format.empty()) break;
  }
  bool attention_ignored = false;
  bool experts_ignored = false;
  for (const Value& item : items_of(section, "ignore")) {
    const std::string pattern = item.as_string() != nullptr ? lower(*item.as_string()) : std::string();
    attention_ignored = attention_ignored || is_attention(pattern);
    experts_ignored = experts_ignored || (has(pattern, "expert") && !has(pattern, "shared_expert"));
  }
  return {attention_ignored ? "" : format, experts_ignored ? "" : format};
}

LayerFormats mixed_precision_formats(const Value* section, const Value* modelopt, bool dynamic) {
  LayerAlgorithms found;
  found.add_layers(modelopt);
  found.add_layers(section);
  found.add_groups(section);
  return {dense_format(section, found, dynamic), expert_format(found)};
}

}  // namespace dynamo::facts
