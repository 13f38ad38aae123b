#include "facts/hybrid_fields.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace dynamo::facts {
namespace {

constexpr const char* kHint = "use the config.json that belongs to the checkpoint";

/// What one layer is, from a pattern of the configuration.
using Flags = std::vector<bool>;

int or_else(int value, int fallback) { return value > 0 ? value : fallback; }

AttentionLayers common_widths(const ModelSpec& model) {
  return {.heads = model.heads, .kv_heads = model.kv_heads, .head_dim = model.head_dim, .value_dim = model.head_dim};
}

/// A list of 0 and 1, one a layer. Wrong lengths are reported by the checks of patterns.
Flags read_flags(ConfigFields& fields, std::string_view key, const ModelSpec& model) {
  Flags flags(static_cast<std::size_t>(model.layers), false);
  const Value* value = fields.find({key});
  const Array* entries = value != nullptr ? value->as_array() : nullptr;
  if (entries == nullptr) return flags;
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const std::int64_t* entry = (*entries)[i].as_int();
    if (entry == nullptr || *entry < 0 || *entry > 1) {
      fields.report(DiagnosticCode::kInvalid, "model.config.pattern", key, "the entries of a layer pattern are 0 or 1", kHint);
      return flags;
    }
    if (i < flags.size()) flags[i] = *entry == 1;
  }
  return flags;
}

/// Layers that attend to the whole prompt, from a list of type names.
Flags read_full_attention(ConfigFields& fields, const ModelSpec& model) {
  Flags full(static_cast<std::size_t>(model.layers), false);
  const Value* value = fields.find({"layer_types"});
  const Array* entries = value != nullptr ? value->as_array() : nullptr;
  if (entries == nullptr) return full;
  for (std::size_t i = 0; i < std::min(entries->size(), full.size()); ++i) {
    const std::string* type = (*entries)[i].as_string();
    if (type == nullptr || (*type != "full_attention" && *type != "sliding_attention")) {
      fields.report(DiagnosticCode::kInvalid, "model.config.pattern", "layer_types",
                    "layers are of type full_attention or sliding_attention", kHint);
      return full;
    }
    full[i] = *type == "full_attention";
  }
  return full;
}

/// One flag for all layers, or one a layer.
Flags read_expert_frequency(ConfigFields& fields, const ModelSpec& model) {
  const Value* value = fields.find({"moe_layer_freq"});
  if (value == nullptr || value->as_array() != nullptr) return read_flags(fields, "moe_layer_freq", model);
  const int all = fields.optional_count({"moe_layer_freq"});
  if (all > 1) {
    fields.report(DiagnosticCode::kInvalid, "model.config.pattern", "moe_layer_freq",
                  "this architecture takes 0, 1 or a list with an entry for each layer", kHint);
  }
  return Flags(static_cast<std::size_t>(model.layers), all == 1);
}

/// Indices of expert layers: a list, or its text with commas.
void mark_listed(ConfigFields& fields, const Value& list, Flags& experts) {
  const auto mark = [&](std::int64_t index) {
    if (index >= 0 && index < static_cast<std::int64_t>(experts.size())) experts[static_cast<std::size_t>(index)] = true;
  };
  const auto reject = [&] {
    fields.report(DiagnosticCode::kTypeInvalid, "model.config.integer", "moe_layers_enum", "layer numbers are needed", kHint);
  };
  if (const Array* numbers = list.as_array()) {
    for (const Value& number : *numbers) {
      if (number.as_int() == nullptr) return reject();
      mark(*number.as_int());
    }
  } else if (const std::string* text = list.as_string()) {
    const char* at = text->data();
    const char* const end = at + text->size();
    while (at != end) {
      if (*at == ',' || *at == ' ') {
        ++at;
        continue;
      }
      std::int64_t number = 0;
      const auto [next, error] = std::from_chars(at, end, number);
      if (error != std::errc()) return reject();
      mark(number);
      at = next;
    }
  } else {
    reject();
  }
}

Flags read_step_experts(ConfigFields& fields, const ModelSpec& model) {
  Flags experts(static_cast<std::size_t>(model.layers), false);
  const Value* listed = fields.find({"moe_layers_enum"});
  const bool empty = listed == nullptr || (listed->as_string() != nullptr && listed->as_string()->empty()) ||
                     (listed->as_array() != nullptr && listed->as_array()->empty());
  if (!empty) {
    mark_listed(fields, *listed, experts);
    return experts;
  }
  const int dense = fields.optional_count({"first_k_dense_replace"});
  for (int i = dense; i < model.layers; ++i) experts[static_cast<std::size_t>(i)] = true;
  return experts;
}

void count_layers(const Flags& full, const Flags& experts, HybridSpec& hybrid) {
  for (std::size_t i = 0; i < full.size(); ++i) {
    AttentionLayers& kind = full[i] ? hybrid.full : hybrid.windowed;
    ++(experts[i] ? kind.expert_layers : kind.dense_layers);
  }
}

/// The reference reads a 1 of this pattern as full attention.
void read_mimo(ConfigFields& fields, const ModelSpec& model, HybridSpec& hybrid) {
  hybrid.full.value_dim = or_else(fields.optional_count({"v_head_dim"}), model.head_dim);
  hybrid.windowed.kv_heads = or_else(fields.optional_count({"swa_num_key_value_heads"}), model.kv_heads);
  hybrid.windowed.head_dim = or_else(fields.optional_count({"swa_head_dim"}), model.head_dim);
  hybrid.windowed.value_dim = or_else(fields.optional_count({"swa_v_head_dim"}), model.head_dim);
  hybrid.windowed.window = fields.optional_count({"sliding_window_size"});
  count_layers(read_flags(fields, "hybrid_layer_pattern", model), read_expert_frequency(fields, model), hybrid);
}

/// Every other layer attends to a chunk; experts come every `interleave_moe_layer_step` layers.
void read_llama4(ConfigFields& fields, const ModelSpec& model, HybridSpec& hybrid) {
  const bool stepped = fields.find({"interleave_moe_layer_step"}) != nullptr;
  const int step = stepped ? fields.positive({"interleave_moe_layer_step"}) : 1;
  hybrid.windowed.window = fields.optional_count({"attention_chunk_size"});
  hybrid.dense_intermediate = or_else(fields.optional_count({"intermediate_size_mlp"}), model.intermediate);
  for (int i = 0; i < model.layers; ++i) {
    AttentionLayers& kind = i % 2 == 1 ? hybrid.full : hybrid.windowed;
    ++(step > 0 && (i + 1) % step == 0 ? kind.expert_layers : kind.dense_layers);
  }
}

void read_gemma(ConfigFields& fields, const ModelSpec& model, HybridSpec& hybrid) {
  hybrid.full.kv_heads = or_else(fields.optional_positive({"num_global_key_value_heads"}), model.kv_heads);
  hybrid.full.head_dim = or_else(fields.optional_positive({"global_head_dim"}), model.head_dim);
  hybrid.full.value_dim = hybrid.full.head_dim;
  hybrid.windowed.window = fields.optional_count({"sliding_window"});
  const Value* shared = fields.find({"attention_k_eq_v"});
  hybrid.value_is_key = shared != nullptr && shared->as_bool() != nullptr && *shared->as_bool();
  count_layers(read_full_attention(fields, model), Flags(static_cast<std::size_t>(model.layers), model.is_moe()), hybrid);
}

/// Sliding layers may have a head count and width of their own, in an object beside the common ones.
void read_step(ConfigFields& fields, HybridSpec& hybrid, const ModelSpec& model) {
  if (const Value* other = fields.find({"attention_other_setting"}); other != nullptr && other->as_object() != nullptr) {
    const auto own = [&](const char* key, int fallback) {
      const Value* value = other->find(key);
      const std::int64_t* number = value != nullptr ? value->as_int() : nullptr;
      if (value != nullptr && !value->is_null() && (number == nullptr || *number < 0 || *number > 100'000)) {
        fields.report(DiagnosticCode::kInvalid, "model.config.positive", "attention_other_setting",
                      std::string(key) + " must be a whole number greater than zero", kHint);
        return fallback;
      }
      return number != nullptr ? or_else(static_cast<int>(*number), fallback) : fallback;
    };
    hybrid.windowed.heads = own("num_attention_heads", model.heads);
    hybrid.windowed.head_dim = own("head_dim", model.head_dim);
  }
  hybrid.windowed.window = or_else(fields.optional_count({"sliding_window"}), fields.optional_count({"sliding_window_size"}));
  hybrid.shared_intermediate = fields.optional_count({"share_expert_dim"});
  const Value* gate = fields.find({"use_head_wise_attn_gate"});
  hybrid.head_gate = gate != nullptr && gate->as_bool() != nullptr && *gate->as_bool();
  count_layers(read_full_attention(fields, model), read_step_experts(fields, model), hybrid);
}

}  // namespace

void read_hybrid(ConfigFields& fields, ModelSpec& model) {
  HybridSpec hybrid;
  hybrid.full = hybrid.windowed = common_widths(model);
  hybrid.dense_intermediate = model.intermediate;
  if (model.architecture == "Llama4ForConditionalGeneration") {
    read_llama4(fields, model, hybrid);
  } else if (model.family == Family::kHybridMoe) {
    read_mimo(fields, model, hybrid);
  } else if (model.family == Family::kGemma4Mix) {
    read_gemma(fields, model, hybrid);
  } else if (model.family == Family::kStep3p7) {
    read_step(fields, hybrid, model);
  } else {
    return;
  }
  const bool experts = hybrid.full.expert_layers + hybrid.windowed.expert_layers > 0;
  if (experts && model.experts == 0 && !fields.problems().has_errors()) {
    fields.report(DiagnosticCode::kRequired, "model.config.experts", "num_experts",
                  "some layers have experts, but the configuration does not say how many", kHint);
  }
  model.hybrid = hybrid;
}

}  // namespace dynamo::facts
