#include <algorithm>

#include "pick/pickers.h"

namespace dynamo::pick {
namespace {

bool has_load(const Target& target) { return target.request_rate || target.concurrency; }
bool carries_all(const Pick& pick) { return pick.load_served_percent >= 100; }

}  // namespace

Ranking rank(const Rows& rows, const Target& target) {
  return has_load(target) ? pick_load_match(rows, target) : pick_default(rows, target);
}

Ranking merged(std::span<const Ranking* const> rankings, const Target& target) {
  Ranking all;
  bool first = true;
  for (const Ranking* ranking : rankings) {
    const Ranking& one = *ranking;
    if (one.picks.empty()) continue;
    // A backend that meets the target makes those that do not irrelevant. The reference ranks them all by throughput.
    if (!first && one.exceeded && !all.exceeded && !target.reference_order) continue;
    if (first || (all.exceeded && !one.exceeded && !target.reference_order)) {
      all = one;
    } else {
      all.exceeded = all.exceeded && one.exceeded;
      all.picks.insert(all.picks.end(), one.picks.begin(), one.picks.end());
      all.best_throughput = std::max(all.best_throughput, one.best_throughput);
      all.capped = all.capped && one.capped;
    }
    first = false;
  }
  if (!all.exceeded || rankings.size() > 1 || !target.reference_order) {
    std::ranges::stable_sort(all.picks, [&](const Pick& a, const Pick& b) {
      if (all.exceeded && !target.reference_order && violation(a.unit, target) != violation(b.unit, target)) {
        return violation(a.unit, target) < violation(b.unit, target);
      }
      if (has_load(target) && !all.capped) {
        // One backend may carry the whole load where another, on fewer GPUs, carries a part.
        const bool whole_a = carries_all(a), whole_b = carries_all(b);
        if (whole_a != whole_b && !target.reference_order) return whole_a;
        if (a.gpus_used != b.gpus_used) return a.gpus_used < b.gpus_used;
      }
      return a.tokens_per_s_gpu_cluster > b.tokens_per_s_gpu_cluster;
    });
  }
  if (all.picks.size() > static_cast<std::size_t>(target.top_n)) all.picks.resize(static_cast<std::size_t>(target.top_n));
  return all;
}

bool preferred(const Ranking& a, const Ranking& b, const Target& target) {
  if (a.picks.empty() || b.picks.empty()) return !a.picks.empty();
  const double miss_a = violation(a.picks.front().unit, target);
  const double miss_b = violation(b.picks.front().unit, target);
  if (miss_a != miss_b) return miss_a < miss_b;
  return a.best_throughput > b.best_throughput;
}

bool disaggregated_first(const Ranking& aggregated, const Ranking& disaggregated, bool apart, const Target& target) {
  return (apart && !disaggregated.picks.empty()) || preferred(disaggregated, aggregated, target);
}

}  // namespace dynamo::pick
