#pragma once

#include <optional>
#include <string_view>

namespace dynamo::perf {

/// Kernels that move tokens between attention and expert ranks where the collectives of one node do not reach.
enum class AllToAll { kDeepEpHt, kDeepEpLl, kTrtllmDeepEpHt, kTrtllmDeepEpLl, kNvlinkTwoSided, kNvlinkOneSided };

/// Spelling of the tables.
[[nodiscard]] std::string_view name_of(AllToAll kernel);

/// What a worker's experts are reached with, by phase; absent = the collectives of one node.
struct ExpertExchange {
  std::optional<AllToAll> prefill;
  std::optional<AllToAll> decode;
  [[nodiscard]] bool any() const { return prefill.has_value() || decode.has_value(); }
};

}  // namespace dynamo::perf
