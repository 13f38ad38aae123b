#include "facts/compiler/model_concepts.h"

namespace dynamo::facts_compiler {

void add_compressed_attention(const FactNode& model, RowWriter& row) {
  const auto section = model.find("compressed_attention");
  if (!section) return;
  section->allow_only({"window_tokens", "window_layers", "selected_layers", "dense_layers", "o_lora_rank", "o_groups",
                       "index_heads", "index_head_width", "index_topk", "hyper_connections", "mixing_iterations"});
  RowWriter inner;
  inner.number("window", section->at("window_tokens").integer());
  inner.number("window_layers", section->at("window_layers").integer());
  inner.number("selected_layers", section->at("selected_layers").integer());
  inner.number("dense_layers", section->at("dense_layers").integer());
  inner.number("o_lora_rank", section->at("o_lora_rank").integer());
  inner.number("o_groups", section->at("o_groups").integer());
  inner.number("index_heads", section->at("index_heads").integer());
  inner.number("index_head_dim", section->at("index_head_width").integer());
  inner.number("index_topk", section->at("index_topk").integer());
  inner.number("hyper_connections", section->at("hyper_connections").integer());
  inner.number("mixing_iterations", section->at("mixing_iterations").integer());
  row.expression("compressed_attention", inner.braced());
}

}  // namespace dynamo::facts_compiler
