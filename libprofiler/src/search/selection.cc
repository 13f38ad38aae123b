#include "search/selection.h"

#include <algorithm>
#include <numeric>

namespace dynamo::search {

std::vector<std::size_t> fastest_first(std::span<const AggregatedRow> candidates) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return candidates[i].row.seq_per_s; });
  return order;
}

Selection select(std::span<const AggregatedRow> candidates, std::span<const std::size_t> order, const std::vector<Limits>& ladder) {
  constexpr std::size_t kRowsPerLimit = 10;
  Selection selection{{}, std::vector<bool>(candidates.size(), false), {}};
  for (const Limits& limits : ladder) {
    std::size_t rows = 0;
    selection.slowest.push_back(0);
    for (const std::size_t i : order) {
      if (!within(candidates[i], limits)) continue;
      if (!selection.taken[i]) selection.kept.push_back(i);
      selection.taken[i] = true;
      selection.slowest.back() = candidates[i].row.tokens_per_s_gpu;
      if (++rows == kRowsPerLimit) break;
    }
  }
  return selection;
}

}  // namespace dynamo::search
