#include "search/worker_match.h"

#include <algorithm>

#include "search/factors.h"

namespace dynamo::search {
namespace {

constexpr int kMaxWorkers = 32;     ///< of one role in one unit
constexpr int kMaxUnitGpus = 128;
constexpr int kMaxWideUnitGpus = 512;

}  // namespace

std::vector<int> unit_sizes(int total_gpus, bool wide_experts) {
  std::vector<int> sizes;
  if (wide_experts) {
    for (int size = 1; size <= std::min(total_gpus, kMaxWideUnitGpus); ++size) sizes.push_back(size);
    return sizes;
  }
  const int limit = std::min(total_gpus, kMaxUnitGpus);
  for (const int size : {1, 2, 4, 8})
    if (size <= limit) sizes.push_back(size);
  for (int size = 16; size <= limit; size += 8) sizes.push_back(size);
  return sizes;
}

const std::vector<WorkerCounts>& WorkerMatcher::units(int prefill_gpus, int decode_gpus) {
  const auto [entry, is_new] = units_.try_emplace({prefill_gpus, decode_gpus});
  if (!is_new) return entry->second;
  for (int decode = 1; decode <= kMaxWorkers; ++decode)
    for (int prefill = 1; prefill <= kMaxWorkers; ++prefill) {
      const int gpus = prefill_gpus * prefill + decode_gpus * decode;
      if (std::ranges::binary_search(sizes_, gpus)) entry->second.push_back({prefill, decode});
    }
  return entry->second;
}

bool WorkerMatcher::fits(int prefill_gpus, int decode_gpus) { return !units(prefill_gpus, decode_gpus).empty(); }

WorkerCounts WorkerMatcher::match(double prefill_rate, int prefill_gpus, double decode_rate, int decode_gpus) {
  WorkerCounts best;
  double best_rate_per_gpu = 0;
  for (const WorkerCounts& unit : units(prefill_gpus, decode_gpus)) {
    const double rate = std::min(prefill_rate * unit.prefill * kPrefillUtilisation,
                                 decode_rate * unit.decode * kDecodeUtilisation);
    const double rate_per_gpu = rate / (prefill_gpus * unit.prefill + decode_gpus * unit.decode);
    if (rate_per_gpu > best_rate_per_gpu) {
      best_rate_per_gpu = rate_per_gpu;
      best = unit;
    }
  }
  return best;
}

}  // namespace dynamo::search
