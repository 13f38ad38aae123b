#include "dynamo/profiler/pick.h"

namespace dynamo {

std::string layout_text(const Pick& pick, bool moe) {
  const Estimate& unit = pick.unit;
  const std::string times = std::to_string(pick.replicas) + " x ";
  if (unit.mode == ServingMode::kAggregated) return times + unit.decode.parallel.label(moe);
  return times + "(" + std::to_string(unit.prefill_workers) + "P " + unit.prefill.parallel.label(moe) + " + " +
         std::to_string(unit.decode_workers) + "D " + unit.decode.parallel.label(moe) + ")";
}

}  // namespace dynamo
