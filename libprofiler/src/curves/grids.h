#pragma once

#include <cstdint>
#include <vector>

namespace dynamo::curves {

/// Shortest prompt of both grids, tokens.
inline constexpr int kShortestPrompt = 100;
/// Output tokens of every decode point.
inline constexpr int kDecodeOsl = 500;
/// Requests in flight beyond which no decode point is taken.
inline constexpr std::int64_t kMaxConcurrency = 2000;

/// Longest context that is swept: twice the prompt as the profiler has it, but never less than the request itself or what leaves a
/// planner enough points.
[[nodiscard]] int sweep_context(std::int64_t isl, std::int64_t osl);

/// Prompt lengths of a prefill sweep up to `context`.
[[nodiscard]] std::vector<int> prefill_grid(int context, int granularity);

/// Prompt lengths of a decode sweep up to `context`, answers included.
[[nodiscard]] std::vector<int> decode_grid(int context, int granularity);

/// Requests in flight: multiples of the `dp` attention replicas, evenly from one each to what `capacity` requests leave room for.
/// Empty when not every replica gets one.
[[nodiscard]] std::vector<std::int64_t> concurrency_grid(int dp, std::int64_t capacity, int granularity);

}  // namespace dynamo::curves
