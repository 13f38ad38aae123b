#include "emit/engine_limits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace dynamo::emit {
namespace {

/// Chat templates and stop sequences make prompts longer than the requested ISL; this much is accepted, not planned
/// for.
constexpr int kSequenceSlack = 1500;

constexpr double kTrtllmFreeFraction = 0.9;
constexpr double kSglangAggregatedFraction = 0.88;
constexpr double kVllmFraction = 0.92;
constexpr double kVllmOldFraction = 0.90;  ///< default of the releases in kVllmOldReleases
constexpr std::array<std::string_view, 2> kVllmOldReleases = {"0.14", "0.19"};

/// How SGLang sizes its buffers by GPU memory when nobody tells it.
struct SglangTier {
  double below_gib;
  int chunk_tokens;
  int graph_batch_small_tp;  ///< tp < 4
  int graph_batch_large_tp;
};

constexpr std::array<SglangTier, 5> kSglangTiers = {{
    {20, 2048, 8, 8},
    {35, 2048, 24, 80},
    {60, 4096, 32, 160},
    {160, 8192, 256, 512},
    {std::numeric_limits<double>::infinity(), 16384, 512, 512},
}};

double sglang_static_fraction(const Parallelism& p, double vram_bytes) {
  constexpr double kMib = 1024.0 * 1024.0;
  const double capacity_mib = vram_bytes / kMib;
  const double capacity_gib = capacity_mib / 1024.0;
  const auto& tier = *std::ranges::find_if(kSglangTiers, [&](const auto& t) { return capacity_gib < t.below_gib; });
  const int graph_batch = p.tp < 4 ? tier.graph_batch_small_tp : tier.graph_batch_large_tp;
  double reserved_mib = 512 + 1.5 * tier.chunk_tokens + p.tp * p.pp / 8.0 * 1024 + 2.0 * graph_batch;
  if (p.dp > 1)
    reserved_mib += 3.0 * graph_batch * p.dp + (graph_batch > 300 ? 1.5 * graph_batch * p.dp : 0.0);
  if (capacity_gib > 60)
    reserved_mib = std::max(reserved_mib, 10240.0);
  return std::nearbyint((capacity_mib - reserved_mib) / capacity_mib * 1000) / 1000;
}

double vllm_fraction(std::string_view version) {
  const bool old = std::ranges::any_of(kVllmOldReleases, [&](auto release) { return version.starts_with(release); });
  return old ? kVllmOldFraction : kVllmFraction;
}

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
  switch (engine.backend) {
    case Backend::kTrtllm:
      return kTrtllmFreeFraction;
    case Backend::kVllm:
      return vllm_fraction(engine.version);
    case Backend::kSglang:
      return role == Role::kAggregated ? kSglangAggregatedFraction
                                       : sglang_static_fraction(engine.parallel, vram_bytes);
  }
  return kVllmFraction;
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
