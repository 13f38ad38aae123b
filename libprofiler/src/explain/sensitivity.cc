#include "explain/changes.h"
#include "explain/sections.h"

namespace dynamo::explain {

Value sensitivity_of(const Evidence& evidence) {
  if (evidence.report->naive) return {};
  Standing standing(evidence);
  Value value;
  value.set("relax", relaxations(standing));
  value.set("tighten", tightenings(standing));
  value.set("gpus", more_gpus(standing));
  return value;
}

}  // namespace dynamo::explain
