#include <algorithm>
#include <vector>

#include "dynamo/profiler/facts.h"
#include "facts/architectures.h"
#include "facts/rows.h"
#include "facts/spelling.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

CheckpointQuant quant_of(const facts::QuantRow& row) {
  CheckpointQuant quant;
  quant.algorithm = row.algorithm;
  quant.dynamic_activations = row.dynamic_activations;
  quant.kv_algorithm = row.kv_algorithm;
  quant.group_mode = row.group_mode;
  quant.moe_group_mode = row.moe_group_mode;
  quant.block_size = row.block_size;
  quant.excluded.assign(row.excluded.begin(), row.excluded.end());
  return quant;
}

PartFormats formats_of(const facts::PartFormatsRow& row) {
  return {quant_from_name<GemmQuant>(row.projections), quant_from_name<GemmQuant>(row.dense_ffn),
          quant_from_name<GemmQuant>(row.shared_expert)};
}

ModelSpec spec_of(const facts::ModelRow& row) {
  ModelSpec spec;
  spec.id = row.id;
  spec.architecture = row.architecture;
  if (const facts::Architecture* architecture = facts::find_architecture(row.architecture)) {
    spec.family = architecture->family;
  }
  spec.layers = row.layers;
  spec.hidden = row.hidden;
  spec.heads = row.heads;
  spec.kv_heads = row.kv_heads;
  spec.head_dim = row.head_dim;
  spec.intermediate = row.intermediate;
  spec.vocab = row.vocab;
  spec.max_positions = row.max_positions;
  spec.experts = row.experts;
  spec.experts_per_token = row.experts_per_token;
  spec.moe_intermediate = row.moe_intermediate;
  spec.shared_experts = row.shared_experts;
  spec.shared_intermediate = row.shared_intermediate;
  spec.qk_norm = row.qk_norm;
  spec.kv_lora_rank = row.kv_lora_rank;
  spec.q_lora_rank = row.q_lora_rank;
  spec.qk_nope_head_dim = row.qk_nope_head_dim;
  spec.qk_rope_head_dim = row.qk_rope_head_dim;
  spec.v_head_dim = row.v_head_dim;
  spec.nextn_layers = row.nextn_layers;
  spec.gdn = row.gdn;
  spec.mamba = row.mamba;
  spec.part_formats = formats_of(row.part_formats);
  spec.hybrid = row.hybrid;
  spec.blocks.assign(row.blocks.begin(), row.blocks.end());
  spec.vision = row.vision;
  spec.indexer = row.indexer;
  spec.compressed_attention = row.compressed_attention;
  spec.kimi_hybrid = row.kimi_hybrid;
  spec.quant = quant_of(row.quant);
  return spec;
}

const std::vector<ModelSpec>& models() {
  static const std::vector<ModelSpec> specs = [] {
    std::vector<ModelSpec> out;
    for (const facts::ModelRow& row : facts::kModelRows) out.push_back(spec_of(row));
    return out;
  }();
  return specs;
}

}  // namespace

std::vector<std::string> known_models() {
  std::vector<std::string> ids;
  for (const facts::ModelRow& row : facts::kModelRows) ids.emplace_back(row.id);
  return ids;
}

const ModelSpec* find_model(std::string_view id) {
  const auto rows = facts::kModelRows;
  auto found = std::ranges::lower_bound(rows, id, {}, &facts::ModelRow::id);
  if (found == rows.end() || found->id != id) {
    const std::string key = facts::lower(id);
    found = std::ranges::find_if(rows, [&](const facts::ModelRow& row) { return facts::lower(row.id) == key; });
  }
  return found == rows.end() ? nullptr : &models()[static_cast<std::size_t>(found - rows.begin())];
}

std::vector<std::string> similar_models(std::string_view text) { return nearest_names(text, known_models(), 3); }

}  // namespace dynamo
