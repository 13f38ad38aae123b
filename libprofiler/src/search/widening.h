#pragma once

namespace dynamo::search {

/// Factors on the TTFT (or end-to-end) limit of a search when nothing meets the targets; see docs/search.md, unreachable-targets.
inline constexpr double kWidening[] = {1.25, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 1e6};

}  // namespace dynamo::search
