#include "facts/compiler/state_space.h"

#include "facts/compiler/number_field.h"

namespace dynamo::facts_compiler {
namespace {

constexpr NumberField kGatedDelta[] = {
    {"linear_layers", "linear_layers", true},   {"full_layers", "full_layers", true},
    {"key_heads", "key_heads", true},           {"key_head_width", "key_head_dim", true},
    {"value_heads", "value_heads", true},       {"value_head_width", "value_head_dim", true},
    {"convolution_tokens", "conv_kernel", true},
};

constexpr NumberField kMamba[] = {
    {"mamba_layers", "mamba_layers", true},     {"attention_layers", "attention_layers", true},
    {"expert_layers", "expert_layers", false},  {"mlp_layers", "mlp_layers", false},
    {"heads", "heads", true},                   {"head_width", "head_dim", true},
    {"state_width", "state_size", true},        {"convolution_tokens", "conv_kernel", true},
    {"groups", "groups", true},                 {"chunk_tokens", "chunk", true},
    {"latent_width", "latent", false},
};

std::string numbers_row(const FactNode& node, std::span<const NumberField> fields) {
  RowWriter row;
  add_numbers(node, fields, row);
  return row.braced();
}

std::string formats_row(const FactNode& node) {
  node.allow_only({"projections", "dense_ffn", "shared_expert"});
  RowWriter row;
  for (const char* part : {"projections", "dense_ffn", "shared_expert"}) {
    if (const auto value = node.find(part)) row.text(part, value->text());
  }
  return row.braced();
}

}  // namespace

void add_state_space(const FactNode& model, RowWriter& row) {
  if (const auto gdn = model.find("gated_delta")) {
    gdn->allow_only({"linear_layers", "full_layers", "key_heads", "key_head_width", "value_heads", "value_head_width",
                     "convolution_tokens"});
    row.expression("gdn", numbers_row(*gdn, kGatedDelta));
  }
  if (const auto mamba = model.find("mamba")) {
    mamba->allow_only({"mamba_layers", "attention_layers", "expert_layers", "mlp_layers", "heads", "head_width", "state_width",
                       "convolution_tokens", "groups", "chunk_tokens", "latent_width"});
    row.expression("mamba", numbers_row(*mamba, kMamba));
  }
  if (const auto formats = model.find("part_formats")) row.expression("part_formats", formats_row(*formats));
}

}  // namespace dynamo::facts_compiler
