#pragma once

#include <map>
#include <utility>
#include <vector>

namespace dynamo::search {

/// How many workers of each role form one unit; 0 = no allowed unit holds both.
struct WorkerCounts {
  int prefill = 0;
  int decode = 0;
};

/// Unit sizes in GPUs that are deployed within a budget: 1, 2, 4, 8, then multiples of 8 up to 128; with `wide_experts`, which
/// workers over several nodes serve, every size up to 512.
[[nodiscard]] std::vector<int> unit_sizes(int total_gpus, bool wide_experts = false);

/// Chooses worker counts that waste the least: the highest requests/s per GPU of the slower side.
class WorkerMatcher {
 public:
  explicit WorkerMatcher(int total_gpus, bool wide_experts = false) : sizes_(unit_sizes(total_gpus, wide_experts)) {}

  /// Whether any unit of allowed size holds workers of these GPU counts.
  [[nodiscard]] bool fits(int prefill_gpus, int decode_gpus);

  /// Rates in requests/s of one worker. The fewest decode workers, then the fewest prefill workers, win ties.
  [[nodiscard]] WorkerCounts match(double prefill_rate, int prefill_gpus, double decode_rate, int decode_gpus);

 private:
  const std::vector<WorkerCounts>& units(int prefill_gpus, int decode_gpus);

  std::vector<int> sizes_;
  std::map<std::pair<int, int>, std::vector<WorkerCounts>> units_;
};

}  // namespace dynamo::search
