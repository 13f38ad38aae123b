#include "search/selection.h"

#include <algorithm>
#include <numeric>

namespace dynamo::search {

std::vector<Runner> fastest_first(std::span<const AggregatedRow> candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return candidates[i].row.seq_per_s; });
  std::vector<Runner> runners;
  runners.reserve(order.size());
  for (const std::size_t i : order) {
    runners.push_back({i, candidates[i].ttft_ms, candidates[i].tpot_ms, candidates[i].row.tokens_per_s_gpu});
  }
  return runners;
}

Selection select(std::span<const Runner> runners, const std::vector<Limits>& ladder) {
  constexpr std::size_t kRowsPerLimit = 10;
  Selection selection{{}, std::vector<bool>(runners.size(), false), {}};
  for (const Limits& limits : ladder) {
    std::size_t rows = 0;
    selection.slowest.push_back(0);
    for (const Runner& runner : runners) {
      if (runner.ttft_ms > limits.ttft_ms || runner.tpot_ms > limits.tpot_ms) continue;
      if (!selection.taken[runner.index]) selection.kept.push_back(runner.index);
      selection.taken[runner.index] = true;
      selection.slowest.back() = runner.tokens_per_s_gpu;
      if (++rows == kRowsPerLimit) break;
    }
  }
  return selection;
}

}  // namespace dynamo::search
