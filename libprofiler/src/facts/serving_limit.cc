#include "dynamo/profiler/serving_limit.h"

namespace dynamo {
namespace {

bool stores_fp4_experts(const ModelSpec& model) {
  const CheckpointQuant& quant = model.quant;
  const std::string& format = quant.moe_group_mode.empty() ? quant.algorithm : quant.moe_group_mode;
  return format == "w4a8_mxfp4_mxfp8" || format == "nvfp4";
}

/// The same model in another format.
const ModelSpec* sibling_without_fp4(const ModelSpec& model) {
  for (const std::string& id : known_models()) {
    const ModelSpec* other = find_model(id);
    const bool same = other->family == model.family && other->layers == model.layers && other->hidden == model.hidden;
    if (same && !stores_fp4_experts(*other)) return other;
  }
  return nullptr;
}

}  // namespace

std::optional<ServingLimit> serving_limit(const ModelSpec& model, const SystemSpec& system) {
  constexpr int kHopperCapability = 90;
  if (model.family != Family::kDeepseekV4 || !stores_fp4_experts(model) || system.sm_version != kHopperCapability) return {};
  return ServingLimit{"the FP4 experts of " + model.id + " are not served on " + system.name + ", a Hopper GPU",
                      sibling_without_fp4(model)};
}

}  // namespace dynamo
