#include "facts/vision_fields.h"

#include "facts/config_fields.h"

namespace dynamo::facts {

Diagnostics read_vision(const Value& config, const std::string& source, ModelSpec& model) {
  if (model.family != Family::kQwen3Vl && model.family != Family::kQwen3VlMoe) return {};
  const Value* section = config.find("vision_config");
  if (section == nullptr || section->as_object() == nullptr) return {};   // a text-only copy of the checkpoint
  ConfigFields fields(*section, "vision_config.", source);
  VisionSpec& vision = model.vision;
  vision.layers = fields.positive({"depth"});
  vision.hidden = fields.positive({"hidden_size"});
  vision.heads = fields.positive({"num_heads"});
  vision.intermediate = fields.positive({"intermediate_size"});
  vision.patch = fields.positive({"patch_size"});
  vision.merge = fields.positive({"spatial_merge_size"});
  vision.output = fields.positive({"out_hidden_size"});
  const Value* deeper = fields.find({"deepstack_visual_indexes"});
  if (deeper != nullptr && deeper->as_array() != nullptr) vision.projectors = 1 + static_cast<int>(deeper->as_array()->size());
  if (vision.heads > 0 && vision.hidden % vision.heads != 0) {
    fields.report(DiagnosticCode::kForbidden, "model.config.heads", "num_heads",
                  "hidden_size " + std::to_string(vision.hidden) + " cannot be split over " + std::to_string(vision.heads) + " heads",
                  "use the config.json that belongs to the checkpoint");
  }
  return fields.problems();
}

}  // namespace dynamo::facts
