#include "curves/grids.h"

#include <algorithm>

namespace dynamo::curves {
namespace {

constexpr std::int64_t kSmallestContext = 1024;
/// Tokens kept free above the longest prompt of a prefill sweep.
constexpr int kPrefillMargin = 512;

/// Steps of `(end - kShortestPrompt)` or of `span` cut into `granularity`, below `end`.
std::vector<int> steps(int end, int span, int granularity) {
  const int step = std::max(1, span / std::max(1, granularity));
  std::vector<int> grid;
  for (int isl = kShortestPrompt; isl < end; isl += step) grid.push_back(isl);
  return grid;
}

}  // namespace

int sweep_context(std::int64_t isl, std::int64_t osl) {
  return static_cast<int>(std::max({2 * isl, isl + osl, kSmallestContext}));
}

std::vector<int> prefill_grid(int context, int granularity) {
  const int end = context - kPrefillMargin;
  return steps(end, end - kShortestPrompt, granularity);
}

std::vector<int> decode_grid(int context, int granularity) {
  const int end = context - kDecodeOsl;
  return steps(end, end, granularity);
}

std::vector<std::int64_t> concurrency_grid(int dp, std::int64_t capacity, int granularity) {
  const std::int64_t per_replica = std::min(capacity, kMaxConcurrency) / dp;
  std::vector<std::int64_t> grid;
  if (per_replica < granularity || granularity < 2) {
    for (std::int64_t n = 1; n <= per_replica; ++n) grid.push_back(n * dp);
    if (granularity < 2 && !grid.empty()) grid = {grid.back()};
    return grid;
  }
  for (std::int64_t i = 0; i < granularity; ++i) grid.push_back((1 + i * (per_replica - 1) / (granularity - 1)) * dp);
  return grid;
}

}  // namespace dynamo::curves
