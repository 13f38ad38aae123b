#include "facts/checkpoint_quant.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string_view>

#include "facts/layer_formats.h"
#include "facts/spelling.h"

namespace dynamo::facts {
namespace {

struct Place {
  const Value* object;
  std::string_view key;
};

// The first of the places that holds a non-empty text, in lower case.
std::string first_text(std::initializer_list<Place> places) {
  for (const Place& place : places) {
    const Value* value = place.object != nullptr ? place.object->find(place.key) : nullptr;
    const std::string* text = value != nullptr ? value->as_string() : nullptr;
    if (text != nullptr && !text->empty()) return lower(*text);
  }
  return {};
}

std::string algorithm_of(const QuantSources& sources) {
  std::string name = first_text({{sources.modelopt, "quant_algo"},
                                 {sources.section, "quant_algo"},
                                 {sources.section, "quant_method"},
                                 {sources.section, "quantization_method"},
                                 {sources.modelopt, "quantization_algo"}});
  if (name == "w4a16_mxfp4") return "mxfp4";
  if (name == "mixed-precision" || name == "mixedprecision") return "mixed_precision";
  return name;
}

std::string known_kv_name(const std::string& name) {
  if (name == "e4m3" || name == "e5m2") return "fp8";
  if (name == "fp16" || name == "float16" || name == "bf16") return "bfloat16";
  return name;
}

std::string kv_from_scheme(const Value* section) {
  const Value* scheme = section != nullptr ? section->find("kv_cache_scheme") : nullptr;
  if (scheme == nullptr) return {};
  const std::string type = first_text({{scheme, "type"}});
  if (type.find("fp8") != std::string::npos) return "fp8";
  const Value* bits = scheme->find("num_bits");
  if (type != "float" || bits == nullptr || bits->as_int() == nullptr) return {};
  if (*bits->as_int() <= 8) return "fp8";
  return *bits->as_int() >= 16 ? "bfloat16" : "";
}

std::string kv_algorithm_of(const QuantSources& sources) {
  const std::string stated = first_text({{sources.modelopt, "kv_cache_quant_algo"},
                                         {sources.section, "kv_cache_quant_algo"},
                                         {sources.section, "kv_cache_quant_method"},
                                         {sources.section, "kv_cache_dtype"}});
  return stated.empty() ? kv_from_scheme(sources.section) : known_kv_name(stated);
}

std::optional<bool> dynamic_in_groups(const Value* section) {
  const Value* groups = section != nullptr ? section->find("config_groups") : nullptr;
  const Object* members = groups != nullptr ? groups->as_object() : nullptr;
  if (members == nullptr) return std::nullopt;
  std::optional<bool> any;
  for (const Member& group : *members) {
    for (const std::string_view part : {"input_activations", "weights"}) {
      const Value* flag = group.value.find_path({part, "dynamic"});
      if (flag == nullptr) continue;
      any = any.value_or(false) || (flag->as_bool() != nullptr && *flag->as_bool());
    }
  }
  return any;
}

std::optional<bool> dynamic_activations_of(const Value* section) {
  const std::string scheme = first_text({{section, "activation_scheme"}});
  if (scheme == "dynamic") return true;
  if (scheme == "static") return false;
  return dynamic_in_groups(section);
}

int block_edge_of(const Value* section) {
  const Value* edges = section != nullptr ? section->find("weight_block_size") : nullptr;
  const Array* list = edges != nullptr ? edges->as_array() : nullptr;
  if (list == nullptr || list->empty() || list->front().as_int() == nullptr) return 0;
  return static_cast<int>(std::clamp<std::int64_t>(*list->front().as_int(), 0, 1 << 20));
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

struct Exclusions {
  bool q = false, kv = false, o = false, indexer = false, shared_expert = false, mlp = false;

  void add(std::string_view pattern) {
    const bool names_q = contains_any(pattern, {"q_a_proj", "q_b_proj", "q_proj"});
    const bool names_kv = contains_any(pattern, {"kv_a_proj", "kv_b_proj", "kv_proj", "k_proj", "v_proj"});
    const bool names_o = contains_any(pattern, {"o_proj"});
    const bool names_indexer = contains_any(pattern, {"indexer"});
    // A glob over the whole attention block names no projection and covers them all.
    const bool whole = contains_any(pattern, {"self_attn"}) && !names_q && !names_kv && !names_o && !names_indexer;
    q = q || whole || names_q;
    kv = kv || whole || names_kv;
    o = o || whole || names_o;
    indexer = indexer || whole || names_indexer;
    mlp = mlp || contains_any(lower(pattern), {".mlp"});
    shared_expert = shared_expert || contains_any(lower(pattern), {"shared_expert"});
  }

  [[nodiscard]] std::vector<std::string> names(Family family) const {
    std::vector<std::string> out;
    if (q) out.emplace_back("q");
    if (kv) out.emplace_back("kv");
    if (o) out.emplace_back("o");
    if (indexer) out.emplace_back("indexer");
    if (shared_expert) out.emplace_back("shared_expert");
    // Elsewhere a pattern with these letters names single layers, which are not told apart.
    if (mlp && family == Family::kGemma4Mix) out.emplace_back("mlp");
    return out;
  }
};

std::vector<std::string> exclusions_of(const QuantSources& sources, Family family) {
  Exclusions found;
  for (const std::string& pattern : excluded_patterns(sources)) found.add(pattern);
  return found.names(family);
}

}  // namespace

std::vector<std::string> excluded_patterns(const QuantSources& sources) {
  std::vector<std::string> found;
  const auto add_list = [&](const Value* object, std::string_view key) {
    const Value* list = object != nullptr ? object->find(key) : nullptr;
    const Array* patterns = list != nullptr ? list->as_array() : nullptr;
    if (patterns == nullptr) return;
    for (const Value& pattern : *patterns) {
      if (pattern.as_string() != nullptr) found.push_back(*pattern.as_string());
    }
  };
  for (const std::string_view key : {"modules_to_not_convert", "exclude_modules", "ignore"}) add_list(sources.section, key);
  for (const std::string_view key : {"exclude_modules", "ignore"}) add_list(sources.modelopt, key);
  return found;
}

CheckpointQuant read_checkpoint_quant(const QuantSources& sources, Family family) {
  CheckpointQuant quant;
  quant.algorithm = algorithm_of(sources);
  quant.block_size = block_edge_of(sources.section);
  if (quant.algorithm == "fp8" && quant.block_size > 0) quant.algorithm = "fp8_block";
  quant.dynamic_activations = dynamic_activations_of(sources.section);
  quant.kv_algorithm = kv_algorithm_of(sources);
  quant.excluded = exclusions_of(sources, family);
  if (quant.algorithm == "compressed-tensors") {
    const LayerFormats formats = compressed_tensors_formats(sources.section);
    quant.group_mode = formats.dense;
    quant.moe_group_mode = formats.experts;
  } else if (quant.algorithm == "mixed_precision") {
    const LayerFormats formats =
        mixed_precision_formats(sources.section, sources.modelopt, quant.dynamic_activations.value_or(false));
    quant.group_mode = formats.dense;
    quant.moe_group_mode = formats.experts;
  }
  // DeepSeek-V4 stores its experts in MXFP4 beside FP8 dense weights, and says so in a field of its own.
  const bool fp4_experts = first_text({{sources.config, "expert_dtype"}}) == "fp4";
  const bool nvfp4_experts = quant.algorithm == "nvfp4" || quant.moe_group_mode == "nvfp4";
  if (family == Family::kDeepseekV4 && fp4_experts && !nvfp4_experts) quant.moe_group_mode = "w4a8_mxfp4_mxfp8";
  return quant;
}

}  // namespace dynamo::facts
