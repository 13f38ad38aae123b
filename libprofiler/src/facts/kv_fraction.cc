#include "facts/kv_fraction.h"

#include <algorithm>
#include <cmath>

namespace dynamo {

namespace {

constexpr double kMib = 1048576.0;
constexpr double kTrtllmOfFree = 0.9;
constexpr double kSglangAggregated = 0.88;

/// SGLang's own default, as its server computes it from the size of the GPU.
double sglang_static_fraction(double capacity_bytes, const Parallelism& parallel) {
  struct Tier { double below_gib, chunked_prefill, graph_batch_narrow, graph_batch_wide; };
  static constexpr Tier kTiers[] = {{20, 2048, 8, 8}, {35, 2048, 24, 80}, {60, 4096, 32, 160}, {160, 8192, 256, 512},
                                    {HUGE_VAL, 16384, 512, 512}};
  const double capacity_mib = capacity_bytes / kMib;
  const Tier& tier = *std::ranges::find_if(kTiers, [&](const Tier& t) { return capacity_mib < t.below_gib * 1024; });
  const double graph_batch = parallel.tp < 4 ? tier.graph_batch_narrow : tier.graph_batch_wide;
  double reserved = 512 + 1.5 * tier.chunked_prefill + parallel.tp * parallel.pp / 8.0 * 1024 + graph_batch * 2;
  if (parallel.dp > 1) {
    reserved += graph_batch * parallel.dp * 3;
    if (graph_batch > 300) reserved += graph_batch * parallel.dp * 1.5;
  }
  if (capacity_mib > 60 * 1024) reserved = std::max(reserved, 10.0 * 1024);
  return std::nearbyint((capacity_mib - reserved) / capacity_mib * 1000.0) / 1000.0;
}

double vllm_fraction(std::string_view version) { return version.starts_with("0.14") || version.starts_with("0.19") ? 0.90 : 0.92; }

}  // namespace

double default_kv_fraction(Backend backend, std::string_view version, const Parallelism& parallel, double capacity_bytes,
                           bool aggregated) {
  switch (backend) {
    case Backend::kTrtllm: return kTrtllmOfFree;
    case Backend::kVllm: return vllm_fraction(version);
    case Backend::kSglang: break;
  }
  return aggregated ? kSglangAggregated : sglang_static_fraction(capacity_bytes, parallel);
}

}  // namespace dynamo
