#include "facts/state_space_fields.h"

#include <optional>

namespace dynamo::facts {
namespace {

constexpr const char* kHint = "use the config.json that belongs to the checkpoint";

void report_layer(ConfigFields& fields, std::string_view key, const std::string& type, const char* known) {
  fields.report(DiagnosticCode::kNotSupported, "model.config.pattern", key, "layers of type '" + type + "' are not modelled",
                std::string("types known: ") + known);
}

std::string text_of(const Value& value) { return value.as_string() != nullptr ? *value.as_string() : std::string(); }

void count_gdn_layers(ConfigFields& fields, GdnSpec& gdn) {
  const Value* types = fields.find({"layer_types"});
  if (types == nullptr || types->as_array() == nullptr) return;   // a wrong length is reported with the other patterns
  for (const Value& item : *types->as_array()) {
    const std::string type = text_of(item);
    if (type == "linear_attention") {
      ++gdn.linear_layers;
    } else if (type == "full_attention") {
      ++gdn.full_layers;
    } else {
      return report_layer(fields, "layer_types", type, "linear_attention, full_attention");
    }
  }
}

/// The first place that states a type decides; what is no type there counts as fp32.
void read_state_type(ConfigFields& fields, const Value& root, GdnSpec& gdn) {
  constexpr std::string_view kKey = "mamba_ssm_dtype";
  const Value* stated = fields.find({kKey});
  if (stated == nullptr) stated = root.find(kKey);
  const std::string type = stated != nullptr ? text_of(*stated) : std::string();
  gdn.bf16_state = type == "bfloat16";
  if (gdn.bf16_state || type == "float16") gdn.state_bytes = 2;
}

void read_gdn(ConfigFields& fields, const Value& root, ModelSpec& model) {
  GdnSpec& gdn = model.gdn;
  count_gdn_layers(fields, gdn);
  gdn.key_heads = fields.positive({"linear_num_key_heads"});
  gdn.key_head_dim = fields.positive({"linear_key_head_dim"});
  gdn.value_heads = fields.positive({"linear_num_value_heads"});
  gdn.value_head_dim = fields.positive({"linear_value_head_dim"});
  gdn.conv_kernel = fields.positive({"linear_conv_kernel_dim"});
  read_state_type(fields, root, gdn);
  if (model.experts == 0) model.intermediate = fields.positive({"intermediate_size"});
  model.shared_intermediate = fields.optional_count({"shared_expert_intermediate_size"});
}

int* layers_of_type(MambaSpec& mamba, std::string_view type) {
  if (type == "M" || type == "mamba") return &mamba.mamba_layers;
  if (type == "E" || type == "moe") return &mamba.expert_layers;
  if (type == "*" || type == "attention") return &mamba.attention_layers;
  if (type == "-" || type == "mlp" || type == "dense" || type == "ffn") return &mamba.mlp_layers;
  return nullptr;
}

bool count_layer(ConfigFields& fields, std::string_view key, const std::string& type, MambaSpec& mamba) {
  int* count = layers_of_type(mamba, type);
  if (count == nullptr) {
    report_layer(fields, key, type, "M or mamba, E or moe, * or attention, - or mlp, dense, ffn");
    return false;
  }
  ++*count;
  return true;
}

void count_mamba_layers(ConfigFields& fields, MambaSpec& mamba) {
  const Value* pattern = fields.find({"hybrid_override_pattern"});
  if (pattern != nullptr && pattern->as_string() != nullptr) {
    for (const char type : *pattern->as_string()) {
      if (!count_layer(fields, "hybrid_override_pattern", std::string(1, type), mamba)) return;
    }
    return;
  }
  const Value* types = fields.find({"layers_block_type"});
  if (types == nullptr || types->as_array() == nullptr) {
    fields.report(DiagnosticCode::kRequired, "model.config.required", "hybrid_override_pattern",
                  "neither this field nor layers_block_type says which layer is of which kind", kHint);
    return;
  }
  for (const Value& type : *types->as_array()) {
    if (!count_layer(fields, "layers_block_type", text_of(type), mamba)) return;
  }
}

void read_mamba(ConfigFields& fields, ModelSpec& model) {
  MambaSpec& mamba = model.mamba;
  count_mamba_layers(fields, mamba);
  mamba.heads = fields.positive({"mamba_num_heads"});
  mamba.head_dim = fields.positive({"mamba_head_dim"});
  mamba.state_size = fields.positive({"ssm_state_size"});
  mamba.conv_kernel = fields.positive({"conv_kernel"});
  mamba.groups = fields.positive({"n_groups"});
  mamba.chunk = fields.positive({"chunk_size"});
  mamba.latent = fields.optional_count({"moe_latent_size"});
  model.shared_intermediate = fields.optional_count({"moe_shared_expert_intermediate_size"});
  if (mamba.mlp_layers > 0) model.intermediate = fields.positive({"intermediate_size"});
}

}  // namespace

void read_state_space(ConfigFields& fields, const Value& root, ModelSpec& model) {
  if (model.family == Family::kQwen35) read_gdn(fields, root, model);
  if (model.family == Family::kNemotronH) read_mamba(fields, model);
}

}  // namespace dynamo::facts
