#include <algorithm>
#include <iterator>
#include <map>

#include "facts/compiler/compile.h"
#include "facts/compiler/fact_file.h"
#include "facts/compiler/indexer.h"
#include "facts/compiler/number_field.h"
#include "facts/compiler/state_space.h"
#include "facts/compiler/layer_kinds.h"
#include "facts/compiler/model_concepts.h"

namespace dynamo::facts_compiler {
namespace {

constexpr NumberField kShape[] = {
    {"layers", "layers", true},
    {"hidden_width", "hidden", true},
    {"heads", "heads", true},
    {"kv_heads", "kv_heads", false},
    {"head_width", "head_dim", true},
    {"ffn_width", "intermediate", false},
    {"vocabulary", "vocab", true},
    {"context_tokens", "max_positions", true},
    {"experts", "experts", false},
    {"experts_per_token", "experts_per_token", false},
    {"expert_ffn_width", "moe_intermediate", false},
    {"shared_experts", "shared_experts", false},
    {"shared_expert_ffn_width", "shared_intermediate", false},
};

constexpr NumberField kLatent[] = {
    {"kv_lora_rank", "kv_lora_rank", false},
    {"q_lora_rank", "q_lora_rank", false},
    {"qk_nope_head_width", "qk_nope_head_dim", false},
    {"qk_rope_head_width", "qk_rope_head_dim", false},
    {"v_head_width", "v_head_dim", false},
    {"mtp_layers", "nextn_layers", false},
};

std::string quant_row(const FactNode& quant, TableWriter& out) {
  quant.allow_only({"algorithm", "dynamic_activations", "kv_algorithm", "dense_format", "expert_format", "block_edge",
                    "unquantised"});
  RowWriter row;
  if (const auto value = quant.find("algorithm")) row.text("algorithm", value->text());
  if (const auto value = quant.find("dynamic_activations")) {
    row.expression("dynamic_activations", value->boolean() ? "true" : "false");
  }
  if (const auto value = quant.find("kv_algorithm")) row.text("kv_algorithm", value->text());
  if (const auto value = quant.find("dense_format")) row.text("group_mode", value->text());
  if (const auto value = quant.find("expert_format")) row.text("moe_group_mode", value->text());
  if (const auto value = quant.find("block_edge")) row.number("block_size", value->integer());
  if (const auto value = quant.find("unquantised")) row.expression("excluded", out.words(value->words()));
  return row.braced();
}

std::string model_row(const std::string& id, const FactNode& model, TableWriter& out) {
  model.allow_only({"same_configuration", "architecture", "layers", "hidden_width", "heads", "kv_heads", "head_width", "ffn_width",
                    "vocabulary", "context_tokens", "experts", "experts_per_token", "expert_ffn_width",
                    "shared_experts", "shared_expert_ffn_width", "qk_norm", "kv_lora_rank", "q_lora_rank", "qk_nope_head_width",
                    "qk_rope_head_width", "v_head_width", "mtp_layers", "gated_delta", "mamba", "part_formats", "indexer",
                    "layer_kinds", "blocks", "vision", "compressed_attention", "kimi_hybrid", "quant"});
  RowWriter row;
  row.text("id", id);
  row.text("architecture", model.at("architecture").text());
  add_numbers(model, kShape, row);
  if (const auto value = model.find("qk_norm")) row.expression("qk_norm", value->boolean() ? "true" : "false");
  add_numbers(model, kLatent, row);
  add_state_space(model, row);
  if (const auto kinds = model.find("layer_kinds")) row.expression("hybrid", hybrid_row(*kinds));
  if (const auto blocks = model.find("blocks")) row.expression("blocks", block_rows(*blocks, out));
  if (const auto vision = model.find("vision")) row.expression("vision", vision_row(*vision));
  if (const auto indexer = model.find("indexer")) {
    row.expression("indexer", indexer_row(*indexer, model.at("layers").integer()));
  }
  add_compressed_attention(model, row);
  add_kimi_hybrid(model, row);
  if (const auto quant = model.find("quant")) row.expression("quant", quant_row(*quant, out));
  return row.braced();
}

}  // namespace

void compile_models(const std::filesystem::path& folder, TableWriter& out) {
  std::map<std::string, std::string> rows;
  for (const auto& path : yaml_files(folder)) {
    const FactNode file = FactNode::load(path);
    file.allow_only({"source", "models"});
    if (file.at("source").text().empty()) file.fail("the source of the facts must be named");
    for (const auto& [id, model] : file.at("models").members()) {
      std::vector<std::string> ids = {id};
      if (const auto others = model.find("same_configuration")) std::ranges::copy(others->words(), std::back_inserter(ids));
      for (const std::string& name : ids) {
        if (!rows.emplace(name, model_row(name, model, out)).second) model.fail("model '" + name + "' given twice");
      }
    }
  }
  std::vector<std::string> bodies;
  for (auto& [id, row] : rows) bodies.push_back(std::move(row));
  out.table("ModelRow", "kModelRows", bodies);
}

}  // namespace dynamo::facts_compiler
