#include "facts/config_checks.h"

namespace dynamo::facts {
namespace {

constexpr const char* kHint = "use the config.json that belongs to the checkpoint";

std::size_t pattern_length(const Value* pattern) {
  if (pattern == nullptr) return 0;
  if (pattern->as_array() != nullptr) return pattern->as_array()->size();
  return pattern->as_string() != nullptr ? pattern->as_string()->size() : 0;
}

void check_heads(ConfigFields& fields, const ModelSpec& model) {
  if (model.heads > 0 && model.kv_heads > 0 && model.heads % model.kv_heads != 0) {
    fields.report(DiagnosticCode::kForbidden, "model.config.heads", "num_key_value_heads",
                  std::to_string(model.heads) + " query heads cannot share " + std::to_string(model.kv_heads) +
                      " KV heads evenly",
                  kHint);
  }
  // Latent attention has widths of its own; there hidden_size / heads means nothing.
  const bool derived = model.v_head_dim == 0 && fields.find({"head_dim", "attention_head_dim"}) == nullptr;
  if (derived && model.heads > 0 && model.hidden > 0 && model.hidden % model.heads != 0) {
    fields.report(DiagnosticCode::kForbidden, "model.config.heads", "num_attention_heads",
                  "hidden_size " + std::to_string(model.hidden) + " cannot be split over " +
                      std::to_string(model.heads) + " heads",
                  "state head_dim if it is not hidden_size / num_attention_heads");
  }
}

void check_experts(ConfigFields& fields, const ModelSpec& model) {
  if (model.experts_per_token <= model.experts) return;
  fields.report(DiagnosticCode::kForbidden, "model.config.experts", "num_experts_per_tok",
                "a token cannot go to " + std::to_string(model.experts_per_token) + " of " +
                    std::to_string(model.experts) + " experts",
                kHint);
}

void check_pattern(ConfigFields& fields, std::string_view key, std::size_t expected) {
  const std::size_t length = pattern_length(fields.find({key}));
  if (length == expected) return;
  fields.report(DiagnosticCode::kForbidden, "model.config.pattern", key,
                "the pattern has " + std::to_string(length) + " entries for " + std::to_string(expected) + " layers",
                kHint);
}

void check_patterns(ConfigFields& fields, const ModelSpec& model) {
  if (model.layers == 0) return;
  const auto layers = static_cast<std::size_t>(model.layers);
  const bool typed = model.family == Family::kQwen35 || model.family == Family::kGemma4Mix ||
                     model.family == Family::kStep3p7;
  if (typed) {
    // Step counts its prediction layers among the types.
    const auto with_mtp = layers + static_cast<std::size_t>(model.nextn_layers);
    const bool counts_mtp = model.family == Family::kStep3p7 &&
                            pattern_length(fields.find({"layer_types"})) == with_mtp;
    if (!counts_mtp) check_pattern(fields, "layer_types", layers);
  } else if (const std::size_t types = pattern_length(fields.find({"layer_types"})); types > 0) {
    // Nothing here depends on them, but the two fields describe different models.
    const auto with_mtp = layers + static_cast<std::size_t>(model.nextn_layers);
    if (types != with_mtp) check_pattern(fields, "layer_types", layers);
  }
  if (model.architecture == "MiMoV2FlashForCausalLM") {
    check_pattern(fields, "hybrid_layer_pattern", layers);
    if (pattern_length(fields.find({"moe_layer_freq"})) > 0) check_pattern(fields, "moe_layer_freq", layers);
  }
  if (model.family == Family::kDeepseekV4 && pattern_length(fields.find({"compress_ratios"})) < layers) {
    check_pattern(fields, "compress_ratios", layers);
  }
}

}  // namespace

int read_layers(ConfigFields& fields) {
  std::string_view pattern;
  for (const std::string_view key : {"layers_block_type", "hybrid_override_pattern"}) {
    if (pattern.empty() && pattern_length(fields.find({key})) > 0) pattern = key;
  }
  const std::size_t length = pattern.empty() ? 0 : pattern_length(fields.find({pattern}));
  if (length > 0 && fields.find({"num_hidden_layers"}) == nullptr) return static_cast<int>(length);
  const int layers = fields.positive({"num_hidden_layers"});
  if (length > 0 && layers > 0) check_pattern(fields, pattern, static_cast<std::size_t>(layers));
  return layers;
}

void check_contradictions(ConfigFields& fields, const ModelSpec& model) {
  check_heads(fields, model);
  check_experts(fields, model);
  check_patterns(fields, model);
}

}  // namespace dynamo::facts
