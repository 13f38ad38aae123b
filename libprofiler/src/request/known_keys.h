#pragma once

#include <span>
#include <string_view>

namespace dynamo {

inline constexpr std::string_view kNoOwner = "?";

/// The object of the request whose field a key is: "" for the spec itself, `sla`, `workload` …; `kNoOwner` if no object
/// of the request has such a field. Says where a misplaced key belongs.
[[nodiscard]] std::string_view owner_of_key(std::string_view key);

/// Fields of Kubernetes' ObjectMeta.
[[nodiscard]] std::span<const std::string_view> object_meta_keys();

}  // namespace dynamo
