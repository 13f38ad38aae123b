#pragma once

#include <cstdint>

namespace dynamo {

// What no deployment reaches. Beyond these a value is a mistake of unit or a stray digit, and the arithmetic behind it
// would lose its meaning.
inline constexpr std::int64_t kMaxSequenceTokens = 10'000'000;  // the longest context any served model claims
inline constexpr double kMaxTokenLatencyMs = 3'600'000;         // one hour, for TTFT and ITL
inline constexpr double kMaxRequestLatencyMs = 86'400'000;      // one day, end to end
inline constexpr double kMaxRequestRate = 1'000'000;            // requests per second
inline constexpr double kMaxConcurrency = 10'000'000;           // requests in flight
inline constexpr std::int64_t kMaxTotalGpus = 100'000;          // the largest clusters built
inline constexpr std::int64_t kMaxGpusPerNode = 576;            // the widest NVLink domain announced
inline constexpr double kMinVramMb = 1024;                      // MiB; below, gigabytes were meant
inline constexpr double kMaxVramMb = 4'194'304;                 // MiB = 4 TiB

// The operator fills an absent GPU budget from the cluster, up to this many.
inline constexpr int kMaxAutoTotalGpus = 32;

// A GPU may report slightly more memory than its data sheet: only more than this share above it is a mistake.
inline constexpr double kVramTolerance = 0.05;

}  // namespace dynamo
