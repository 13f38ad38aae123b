#include "facts/kimi_hybrid_fields.h"

#include <set>

namespace dynamo::facts {
namespace {

constexpr std::string_view kSection = "linear_attn_config";
constexpr const char* kHint = "use the config.json that belongs to the checkpoint";
constexpr int kUsualConvWidth = 4;

void report(ConfigFields& fields, std::string reason) {
  fields.report(DiagnosticCode::kInvalid, "model.config.delta_attention", kSection, std::move(reason), kHint);
}

/// The list counts layers from 1.
int count_delta_layers(ConfigFields& fields, const Value& section, int layers) {
  const Value* list = section.find("kda_layers");
  const Array* numbers = list != nullptr ? list->as_array() : nullptr;
  if (numbers == nullptr || numbers->empty()) {
    report(fields, "kda_layers must list the layers with delta attention");
    return 0;
  }
  std::set<std::int64_t> known;
  for (const Value& number : *numbers) {
    const std::int64_t* layer = number.as_int();
    if (layer == nullptr || *layer < 1 || *layer > layers) {
      report(fields, "kda_layers names a layer outside 1 to " + std::to_string(layers));
      return 0;
    }
    known.insert(*layer);
  }
  return static_cast<int>(known.size());
}

int positive_in(ConfigFields& fields, const Value& section, const char* key) {
  constexpr std::int64_t kMost = 1 << 20;
  const Value* value = section.find(key);
  const std::int64_t* number = value != nullptr ? value->as_int() : nullptr;
  if (number != nullptr && *number > 0 && *number <= kMost) return static_cast<int>(*number);
  report(fields, std::string(key) + " must be a whole number greater than zero");
  return 0;
}

}  // namespace

void read_kimi_hybrid(ConfigFields& fields, ModelSpec& model) {
  if (model.family != Family::kKimiK3) return;
  KimiHybridSpec& spec = model.kimi_hybrid;
  spec.expert_hidden = fields.optional_count({"routed_expert_hidden_size"});
  spec.dense_ffn_layers = fields.optional_count({"first_k_dense_replace"});
  spec.residual_block = fields.optional_count({"attn_res_block_size"});
  const Value* section = fields.find({kSection});
  if (section == nullptr || section->as_object() == nullptr) {
    report(fields, "the section that describes the delta-attention layers is missing");
    return;
  }
  spec.delta_layers = count_delta_layers(fields, *section, model.layers);
  spec.delta_heads = positive_in(fields, *section, "num_heads");
  spec.delta_head_dim = positive_in(fields, *section, "head_dim");
  spec.conv_width = section->find("short_conv_kernel_size") == nullptr
                        ? kUsualConvWidth
                        : positive_in(fields, *section, "short_conv_kernel_size");
}

}  // namespace dynamo::facts
