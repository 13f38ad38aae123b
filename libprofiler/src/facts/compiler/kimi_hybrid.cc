#include "facts/compiler/model_concepts.h"

namespace dynamo::facts_compiler {

void add_kimi_hybrid(const FactNode& model, RowWriter& row) {
  const auto section = model.find("kimi_hybrid");
  if (!section) return;
  section->allow_only({"delta_layers", "delta_heads", "delta_head_width", "convolution_taps", "expert_hidden_width",
                       "dense_ffn_layers", "residual_block_layers"});
  RowWriter inner;
  inner.number("delta_layers", section->at("delta_layers").integer());
  inner.number("delta_heads", section->at("delta_heads").integer());
  inner.number("delta_head_dim", section->at("delta_head_width").integer());
  inner.number("conv_width", section->at("convolution_taps").integer());
  inner.number("expert_hidden", section->at("expert_hidden_width").integer());
  inner.number("dense_ffn_layers", section->at("dense_ffn_layers").integer());
  inner.number("residual_block", section->at("residual_block_layers").integer());
  row.expression("kimi_hybrid", inner.braced());
}

}  // namespace dynamo::facts_compiler
