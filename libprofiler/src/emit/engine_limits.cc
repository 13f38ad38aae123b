#include "emit/engine_limits.h"

#include <algorithm>
#include <cmath>

#include "facts/kv_fraction.h"

namespace dynamo::emit {
namespace {

/// Chat templates and stop sequences make prompts longer than the requested ISL; this much is accepted, not planned
/// for.
constexpr int kSequenceSlack = 1500;

int step_tokens(const ValidatedRequest& request, const Estimate& unit, Role role) {
  const auto isl = static_cast<int>(request.isl);
  switch (role) {
    case Role::kAggregated:
      return unit.ctx_tokens + unit.decode.batch;
    case Role::kPrefill:
      return unit.prefill.batch * isl;
    case Role::kDecode:
      return unit.decode.batch;
  }
  return 0;
}

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kAggregated:
      return "agg";
    case Role::kPrefill:
      return "prefill";
    case Role::kDecode:
      return "decode";
  }
  return "";
}

double modelled_memory_fraction(const WorkerEstimate& engine, Role role, double vram_bytes) {
  return default_kv_fraction(engine.backend, engine.version, engine.parallel, vram_bytes, role == Role::kAggregated);
}

EngineLimits modelled_limits(const ValidatedRequest& request, const Estimate& unit, Role role) {
  const WorkerEstimate& engine = role == Role::kPrefill ? unit.prefill : unit.decode;
  EngineLimits limits;
  limits.batch = engine.batch;
  limits.step_tokens = step_tokens(request, unit, role);
  const int modelled_tokens = static_cast<int>(request.isl + request.osl);
  limits.sequence_tokens = modelled_tokens + kSequenceSlack;
  // Engines refuse a length the checkpoint's position encoding cannot reach.
  if (request.model.max_positions > 0) {
    limits.sequence_tokens = std::min(limits.sequence_tokens, std::max(request.model.max_positions, modelled_tokens));
  }
  // The gate was held against the catalogue's capacity, whatever the request says of its GPUs.
  const double capacity = request.system ? request.system->mem_capacity_bytes : request.vram_bytes;
  limits.memory_fraction = modelled_memory_fraction(engine, role, capacity);
  return limits;
}

}  // namespace dynamo::emit
