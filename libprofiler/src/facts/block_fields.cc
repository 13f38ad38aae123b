#include "facts/block_fields.h"

namespace dynamo::facts {
namespace {

constexpr const char* kKey = "block_configs";
constexpr const char* kHint = "use the config.json that belongs to the checkpoint";

bool is_skipped(const Value* part) {
  const Value* flag = part != nullptr ? part->find("no_op") : nullptr;
  return flag != nullptr && flag->as_bool() != nullptr && *flag->as_bool();
}

/// Two thirds of the multiplied hidden width, up to the next multiple of 256.
int ffn_width(double multiplier, int hidden) {
  constexpr int kGranule = 256;
  const auto width = static_cast<int>(2.0 * multiplier * hidden / 3.0);
  return (width + kGranule - 1) / kGranule * kGranule;
}

void complain(ConfigFields& fields, std::size_t index, const std::string& reason) {
  fields.report(DiagnosticCode::kInvalid, "model.config.blocks", kKey, "block " + std::to_string(index) + ": " + reason, kHint);
}

int kv_heads_of(ConfigFields& fields, std::size_t index, const Value* attention, int heads) {
  if (is_skipped(attention)) return 0;
  const Value* group = attention != nullptr ? attention->find("n_heads_in_group") : nullptr;
  const std::int64_t* size = group != nullptr ? group->as_int() : nullptr;
  if (size == nullptr || *size < 1 || (heads > 0 && *size > heads)) {
    complain(fields, index, "attention.n_heads_in_group must be from 1 to the number of heads");
    return 0;
  }
  return heads / static_cast<int>(*size);
}

int width_of(ConfigFields& fields, std::size_t index, const Value* ffn, int hidden) {
  constexpr double kDefaultMultiplier = 3.5;
  constexpr double kLargestMultiplier = 100;
  if (is_skipped(ffn)) return 0;
  const Value* stated = ffn != nullptr ? ffn->find("ffn_mult") : nullptr;
  const double multiplier = stated != nullptr ? stated->number_or(0) : kDefaultMultiplier;
  if (!(multiplier > 0 && multiplier < kLargestMultiplier)) {
    complain(fields, index, "ffn.ffn_mult must be greater than 0 and less than 100");
    return 0;
  }
  return ffn_width(multiplier, hidden);
}

}  // namespace

void read_blocks(ConfigFields& fields, ModelSpec& model) {
  if (model.family != Family::kNemotronNas) return;
  const Value* list = fields.find({kKey});
  if (list == nullptr) return;   // another checkpoint of this architecture; it has no performance model
  const Array* blocks = list->as_array();
  if (blocks == nullptr || (model.layers > 0 && blocks->size() != static_cast<std::size_t>(model.layers))) {
    fields.report(DiagnosticCode::kForbidden, "model.config.pattern", kKey,
                  "a list with one entry for each of the " + std::to_string(model.layers) + " layers is needed", kHint);
    return;
  }
  for (std::size_t i = 0; i < blocks->size(); ++i) {
    const Value& block = (*blocks)[i];
    const BlockSpec one{1, kv_heads_of(fields, i, block.find("attention"), model.heads),
                        width_of(fields, i, block.find("ffn"), model.hidden)};
    const bool same = !model.blocks.empty() && model.blocks.back().kv_heads == one.kv_heads &&
                      model.blocks.back().intermediate == one.intermediate;
    if (same) {
      ++model.blocks.back().count;
    } else {
      model.blocks.push_back(one);
    }
  }
}

}  // namespace dynamo::facts
