#include "facts/compressed_attention_fields.h"

#include <algorithm>

namespace dynamo::facts {
namespace {

constexpr std::string_view kRatios = "compress_ratios";

void report_ratio(ConfigFields& fields, std::size_t layer) {
  fields.report(DiagnosticCode::kInvalid, "model.config.compression", kRatios,
                "layer " + std::to_string(layer) + " has a compression that is not 0, 4 or 128",
                "use the config.json that belongs to the checkpoint");
}

/// Counts the layers of each kind. The list may go on with the prediction layers, which are priced as copies of the others.
void count_layers(ConfigFields& fields, const ModelSpec& model, CompressedAttentionSpec& spec) {
  const Value* list = fields.find({kRatios});
  const Array* ratios = list != nullptr ? list->as_array() : nullptr;
  if (ratios == nullptr) {
    fields.report(DiagnosticCode::kRequired, "model.config.required", kRatios, "a list with one compression per layer is needed",
                  "use the config.json that belongs to the checkpoint");
    return;
  }
  const std::size_t layers = std::min(ratios->size(), static_cast<std::size_t>(model.layers));
  for (std::size_t i = 0; i < layers; ++i) {
    const std::int64_t* ratio = (*ratios)[i].as_int();
    if (ratio != nullptr && *ratio == 0) ++spec.window_layers;
    else if (ratio != nullptr && *ratio == kSelectedRatio) ++spec.selected_layers;
    else if (ratio != nullptr && *ratio == kDenseRatio) ++spec.dense_layers;
    else report_ratio(fields, i);
  }
}

}  // namespace

void read_compressed_attention(ConfigFields& fields, ModelSpec& model) {
  if (model.family != Family::kDeepseekV4) return;
  CompressedAttentionSpec& spec = model.compressed_attention;
  spec.window = fields.positive({"sliding_window"});
  count_layers(fields, model, spec);
  spec.o_lora_rank = fields.positive({"o_lora_rank"});
  spec.o_groups = fields.positive({"o_groups"});
  spec.index_heads = fields.positive({"index_n_heads"});
  spec.index_head_dim = fields.positive({"index_head_dim"});
  spec.index_topk = fields.positive({"index_topk"});
  spec.hyper_connections = fields.positive({"hc_mult"});
  spec.mixing_iterations = fields.positive({"hc_sinkhorn_iters"});
}

}  // namespace dynamo::facts
