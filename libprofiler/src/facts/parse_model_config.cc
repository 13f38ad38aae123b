#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/facts.h"
#include "facts/architectures.h"
#include "facts/block_fields.h"
#include "facts/checkpoint_quant.h"
#include "facts/compressed_attention_fields.h"
#include "facts/config_checks.h"
#include "facts/config_fields.h"
#include "facts/hybrid_fields.h"
#include "facts/indexer_fields.h"
#include "facts/json_numbers.h"
#include "facts/kimi_hybrid_fields.h"
#include "facts/part_formats.h"
#include "facts/state_space_fields.h"
#include "facts/vision_fields.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

using facts::Architecture;
using facts::ConfigFields;

constexpr std::string_view kTextSection = "text_config";
constexpr std::string_view kQuantSection = "quantization_config";

Diagnostics single(DiagnosticCode code, std::string rule, std::string_view source, const std::string& path,
                   std::string bad_value, std::string reason, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.rule = std::move(rule);
  diagnostic.path = path;
  diagnostic.bad_value = std::move(bad_value);
  diagnostic.reason = std::move(reason);
  diagnostic.hint = std::move(hint);
  diagnostic.source = source;
  Diagnostics out;
  out.add(std::move(diagnostic));
  return out;
}

/// The diagnostics with that hint where they have none.
Diagnostics with_hint(const Diagnostics& findings, const std::string& hint) {
  Diagnostics out;
  for (Diagnostic finding : findings.items()) {
    if (finding.hint.empty()) finding.hint = hint;
    out.add(std::move(finding));
  }
  return out;
}

std::expected<Value, Diagnostics> read_object(std::string_view text, std::string_view source) {
  auto value = read_json(facts::without_infinities(text), source);
  if (!value) return std::unexpected(with_hint(value.error(), "the file may be cut short: fetch it again"));
  if (value->as_object() == nullptr) {
    return std::unexpected(single(DiagnosticCode::kTypeInvalid, "model.config.object", source, "", "",
                                  "a JSON object is needed", "use the file as the checkpoint ships it"));
  }
  return value;
}

std::string known_architectures() {
  std::string text = "modelled are:";
  for (const Architecture& known : facts::all_architectures()) text += " " + std::string(known.name);
  return text;
}

/// Such a checkpoint brings the code of its layers, which is not run to find out what they are.
std::string_view brought_code(const Value& config) {
  return config.find("auto_map") != nullptr ? "; the code that the checkpoint brings (auto_map) is never run" : "";
}

Diagnostics unknown_architecture(const Value& config, const std::string& name, std::string_view source) {
  std::vector<std::string_view> names;
  for (const Architecture& known : facts::all_architectures()) names.push_back(known.name);
  std::string near = did_you_mean(name, names);
  if (!near.empty()) near.insert(0, "; ");
  return single(DiagnosticCode::kNotSupported, "model.config.architecture", source, "architectures[0]", name,
                "no model of the layers of " + name + " exists" + std::string(brought_code(config)) + near,
                known_architectures());
}

std::expected<const Architecture*, Diagnostics> architecture_of(const Value& config, std::string_view source) {
  const Value* list = config.find("architectures");
  const Array* names = list != nullptr ? list->as_array() : nullptr;
  if (names == nullptr || names->empty() || names->front().as_string() == nullptr) {
    return std::unexpected(single(DiagnosticCode::kRequired, "model.config.architecture", source, "architectures[0]",
                                  "", "the field is missing, so the model's layers are unknown" +
                                          std::string(brought_code(config)),
                                  known_architectures()));
  }
  const std::string& name = *names->front().as_string();
  if (const Architecture* known = facts::find_architecture(name)) return known;
  return std::unexpected(unknown_architecture(config, name, source));
}

/// The object that holds the language model's fields.
const Value& text_fields(const Value& config, const Architecture& architecture) {
  const Value* nested = architecture.nested ? config.find(kTextSection) : nullptr;
  return nested != nullptr && nested->as_object() != nullptr ? *nested : config;
}

/// A multimodal wrapper may keep the quantisation beside the language model's fields.
const Value* quant_section(const Value& config, const Value& fields) {
  const Value* own = config.find(kQuantSection);
  if (own == nullptr) own = fields.find(kQuantSection);
  return own != nullptr && own->as_object() != nullptr ? own : nullptr;
}

bool has_only_experts(Family family) {
  switch (family) {
    case Family::kMoe:
    case Family::kDeepseek:
    case Family::kKimiK25:
    case Family::kDeepseekV32:
    case Family::kDeepseekV4:
    case Family::kKimiK3:
    case Family::kQwen3VlMoe:
    case Family::kMinimaxM3: return true;
    default: return false;
  }
}

bool is_dense(Family family) {
  return family == Family::kLlama || family == Family::kQwen3Vl || family == Family::kGpt;
}

void read_shape(ConfigFields& fields, ModelSpec& model) {
  model.layers = facts::read_layers(fields);
  model.hidden = fields.positive({"hidden_size"});
  model.heads = fields.positive({"num_attention_heads"});
  model.vocab = fields.positive({"vocab_size"});
  model.max_positions = fields.positive({"max_position_embeddings"});
  model.intermediate = is_dense(model.family) ? fields.positive({"intermediate_size"})
                                              : fields.optional_count({"intermediate_size"});
  model.kv_heads = fields.optional_positive({"num_key_value_heads"});
  // Absent means one per query head; a searched (NAS) model has a count per block instead.
  const bool stated = fields.find({"num_key_value_heads"}) != nullptr;
  if (!stated && model.family != Family::kNemotronNas) model.kv_heads = model.heads;
  model.head_dim = fields.optional_positive({"head_dim", "attention_head_dim"});
  if (fields.find({"head_dim", "attention_head_dim"}) == nullptr && model.heads > 0) {
    model.head_dim = model.hidden / model.heads;
  }
  model.nextn_layers = fields.optional_count({"num_nextn_predict_layers"});
}

int shared_experts(ConfigFields& fields, const ModelSpec& model) {
  if (fields.find({"n_shared_experts", "num_shared_experts"}) != nullptr) {
    return fields.optional_count({"n_shared_experts", "num_shared_experts"});
  }
  const int width = fields.optional_count({"shared_expert_intermediate_size", "moe_shared_expert_intermediate_size"});
  return width > 0 && model.moe_intermediate > 0 ? std::max(1, width / model.moe_intermediate) : 0;
}

void read_experts(ConfigFields& fields, ModelSpec& model) {
  for (const std::string_view key : {"num_local_experts", "n_routed_experts", "moe_num_experts", "num_experts"}) {
    if (model.experts == 0) model.experts = fields.optional_count({key});
  }
  if (has_only_experts(model.family) && model.experts == 0 && !fields.has_problem_with("num_local_experts") &&
      !fields.has_problem_with("n_routed_experts") && !fields.has_problem_with("num_experts")) {
    fields.report(DiagnosticCode::kRequired, "model.config.experts", "num_experts",
                  "this architecture has experts, but the configuration does not say how many",
                  "use the config.json that belongs to the checkpoint");
  }
  if (model.experts == 0) return;
  model.experts_per_token =
      fields.positive({"num_experts_per_tok", "top_k_experts", "moe_top_k", "num_experts_per_token"});
  model.moe_intermediate = fields.positive({"moe_intermediate_size", "intermediate_size"});
  model.shared_experts = shared_experts(fields, model);
}

void read_latent_attention(ConfigFields& fields, ModelSpec& model) {
  const Family family = model.family;
  const bool sparse = family == Family::kDeepseekV32 || family == Family::kKimiK3;
  const bool plain = family == Family::kDeepseek || family == Family::kKimiK25;
  if (!sparse && !plain && family != Family::kDeepseekV4) return;
  const auto read = [&](std::string_view key, bool required) {
    return required ? fields.positive({key}) : fields.optional_count({key});
  };
  model.kv_lora_rank = read("kv_lora_rank", sparse || plain);
  model.q_lora_rank = read("q_lora_rank", !plain);
  model.qk_nope_head_dim = read("qk_nope_head_dim", sparse);
  model.qk_rope_head_dim = read("qk_rope_head_dim", true);
  model.v_head_dim = read("v_head_dim", sparse || plain);
}

}  // namespace

std::expected<ModelSpec, Diagnostics> parse_model_config(std::string_view id, std::string_view config_json,
                                                         std::string_view quant_config_json,
                                                         std::string_view source) {
  const auto config = read_object(config_json, source);
  if (!config) return std::unexpected(config.error());
  const auto architecture = architecture_of(*config, source);
  if (!architecture) return std::unexpected(architecture.error());

  ModelSpec model;
  model.id = id;
  model.architecture = (*architecture)->name;
  model.family = (*architecture)->family;
  model.qk_norm = (*architecture)->qk_norm;

  const Value& text = text_fields(*config, **architecture);
  ConfigFields fields(text, &text == &*config ? "" : std::string(kTextSection) + ".", std::string(source));
  read_shape(fields, model);
  read_experts(fields, model);
  read_latent_attention(fields, model);
  facts::read_state_space(fields, *config, model);
  facts::read_hybrid(fields, model);
  facts::read_blocks(fields, model);
  facts::read_indexer(fields, model);
  facts::read_compressed_attention(fields, model);
  facts::read_kimi_hybrid(fields, model);
  facts::check_contradictions(fields, model);
  Diagnostics problems = fields.problems();
  problems.append(facts::read_vision(*config, std::string(source), model));

  facts::QuantSources quant{&*config, quant_section(*config, text), nullptr};
  std::expected<Value, Diagnostics> modelopt = Value();
  if (!quant_config_json.empty()) modelopt = read_object(quant_config_json, "hf_quant_config.json");
  if (!modelopt) problems.append(modelopt.error());
  if (modelopt) quant.modelopt = modelopt->find("quantization");
  if (problems.has_errors()) return std::unexpected(problems);
  model.quant = facts::read_checkpoint_quant(quant, model.family);
  if (model.family == Family::kQwen35) model.part_formats = facts::read_part_formats(quant);
  return model;
}

}  // namespace dynamo
