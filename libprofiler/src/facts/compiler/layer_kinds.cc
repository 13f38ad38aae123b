#include "facts/compiler/layer_kinds.h"

#include <utility>

#include "facts/compiler/number_field.h"

namespace dynamo::facts_compiler {

namespace {

void add_flag(const FactNode& node, const char* key, const char* member, RowWriter& row) {
  if (const auto value = node.find(key)) row.expression(member, value->boolean() ? "true" : "false");
}

std::string attention_row(const FactNode& layers) {
  layers.allow_only({"heads", "kv_heads", "head_width", "value_width", "window_tokens", "expert_layers", "dense_layers"});
  constexpr NumberField kFields[] = {
      {"heads", "heads"},           {"kv_heads", "kv_heads"},           {"head_width", "head_dim"},
      {"value_width", "value_dim"}, {"window_tokens", "window"},        {"expert_layers", "expert_layers"},
      {"dense_layers", "dense_layers"},
  };
  RowWriter row;
  add_numbers(layers, kFields, row);
  return row.braced();
}

}  // namespace

std::string hybrid_row(const FactNode& kinds) {
  kinds.allow_only({"full", "windowed", "dense_ffn_width", "shared_ffn_width", "head_gate", "value_is_key"});
  constexpr NumberField kWidths[] = {{"dense_ffn_width", "dense_intermediate"}, {"shared_ffn_width", "shared_intermediate"}};
  RowWriter row;
  row.expression("full", attention_row(kinds.at("full")));
  row.expression("windowed", attention_row(kinds.at("windowed")));
  add_numbers(kinds, kWidths, row);
  add_flag(kinds, "head_gate", "head_gate", row);
  add_flag(kinds, "value_is_key", "value_is_key", row);
  return row.braced();
}

std::string block_rows(const FactNode& blocks, TableWriter& out) {
  constexpr NumberField kFields[] = {{"count", "count"}, {"kv_heads", "kv_heads"}, {"ffn_width", "intermediate"}};
  std::vector<std::string> rows;
  for (const FactNode& block : blocks.items()) {
    block.allow_only({"count", "kv_heads", "ffn_width"});
    RowWriter row;
    add_numbers(block, kFields, row);
    rows.push_back(row.braced());
  }
  return out.list("BlockSpec", rows);
}

std::string vision_row(const FactNode& vision) {
  vision.allow_only({"layers", "hidden_width", "heads", "ffn_width", "patch_pixels", "merged_patches_edge", "output_width",
                     "projectors"});
  constexpr NumberField kFields[] = {
      {"layers", "layers"},      {"hidden_width", "hidden"},       {"heads", "heads"},         {"ffn_width", "intermediate"},
      {"patch_pixels", "patch"}, {"merged_patches_edge", "merge"}, {"output_width", "output"}, {"projectors", "projectors"},
  };
  RowWriter row;
  add_numbers(vision, kFields, row);
  return row.braced();
}

}  // namespace dynamo::facts_compiler
