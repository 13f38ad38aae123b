#include "facts/kv_fraction.h"

#include <algorithm>
#include <cmath>

#include "facts/backend_facts.h"

namespace dynamo {

namespace {

constexpr double kMibPerGib = 1024;

/// As SGLang's server computes it from the size of the GPU.
double single_role_share(const facts::EngineMemory& memory, double capacity_bytes, const Parallelism& parallel) {
  const facts::SingleRoleReserve& reserve = memory.single_role_reserve;
  const double capacity_gib = capacity_bytes / (kMibPerGib * kMibPerGib * kMibPerGib);
  const double capacity_mib = capacity_gib * kMibPerGib;
  const facts::SingleRoleTier* tier = &memory.single_role_tiers.back();
  for (const facts::SingleRoleTier& row : memory.single_role_tiers) {
    if (capacity_gib < row.below_gib) {
      tier = &row;
      break;
    }
  }
  const double graph = tier->graph_sequences[parallel.tp < reserve.wide_from_tensor_width ? 0 : 1];
  double reserved = reserve.fixed + reserve.per_prefill_token * tier->prefill_tokens + parallel.tp * parallel.pp * reserve.per_gpu +
                    graph * reserve.per_graph_sequence;
  if (parallel.dp > 1) {
    reserved += graph * parallel.dp * reserve.per_replica_graph_sequence;
    if (graph > reserve.many_graph_sequences) reserved += graph * parallel.dp * reserve.per_replica_graph_sequence_more;
  }
  if (capacity_gib > reserve.large_gib) reserved = std::max(reserved, reserve.least_on_large);
  return std::nearbyint((capacity_mib - reserved) / capacity_mib * 1000.0) / 1000.0;
}

}  // namespace

double default_kv_fraction(Backend backend, std::string_view version, const Parallelism& parallel, double capacity_bytes,
                           bool aggregated) {
  const facts::EngineMemory& memory = facts::backend_facts(backend).memory;
  if (!aggregated && !memory.single_role_tiers.empty()) return single_role_share(memory, capacity_bytes, parallel);
  const auto by_release = std::ranges::find_if(memory.kv_share_of_releases,
                                               [&](const facts::ReleaseShare& row) { return version.starts_with(row.release); });
  return by_release == memory.kv_share_of_releases.end() ? memory.kv_share : by_release->share;
}

}  // namespace dynamo
