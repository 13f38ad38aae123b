#include "facts/indexer_fields.h"

#include <algorithm>

namespace dynamo::facts {
namespace {

constexpr std::string_view kPattern = "index_topk_pattern";
constexpr std::string_view kFrequency = "index_topk_freq";
constexpr std::string_view kOffset = "index_skip_topk_offset";

/// The layers marked in the pattern as sharing another one's choice, by a letter for each layer.
std::optional<int> sharing_by_pattern(ConfigFields& fields, int layers) {
  const Value* pattern = fields.find({kPattern});
  if (pattern == nullptr) return std::nullopt;
  const std::string* letters = pattern->as_string();
  if (letters == nullptr) {
    fields.report(DiagnosticCode::kTypeInvalid, "model.config.pattern", kPattern, "a text with a letter for each layer is needed",
                  "use the config.json that belongs to the checkpoint");
    return 0;
  }
  const auto end = letters->begin() + std::min<std::ptrdiff_t>(layers, static_cast<std::ptrdiff_t>(letters->size()));
  return static_cast<int>(std::count(letters->begin(), end, 'S'));
}

/// Every `frequency`-th layer chooses, counted from the offset; those before it all choose.
int choosing_by_frequency(int layers, int frequency, int offset) {
  int choosing = 0;
  for (int layer = 0; layer < layers; ++layer) {
    if (std::max(layer - offset, 0) % frequency == 0) ++choosing;
  }
  return choosing;
}

}  // namespace

void read_indexer(ConfigFields& fields, ModelSpec& model) {
  if (model.family != Family::kDeepseekV32) return;
  IndexerSpec& indexer = model.indexer;
  indexer.heads = fields.positive({"index_n_heads"});
  indexer.head_dim = fields.positive({"index_head_dim"});
  indexer.topk = fields.positive({"index_topk"});
  const int frequency = std::max(fields.optional_count({kFrequency}), 1);
  // The offset names the first layer after those that all choose.
  const bool has_offset = fields.find({kOffset}) != nullptr;
  const int offset = has_offset ? fields.optional_count({kOffset}) - 1 : 1;
  const std::optional<int> sharing = sharing_by_pattern(fields, model.layers);
  indexer.layers = sharing.has_value() ? model.layers - *sharing : choosing_by_frequency(model.layers, frequency, offset);
}

}  // namespace dynamo::facts
