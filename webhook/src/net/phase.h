#pragma once

#include <cstddef>
#include <string_view>

namespace dynamo::webhook {

/// What a connection is doing; decides how long it may take.
enum class Phase { kHandshake, kFresh, kIdle, kHead, kBody, kWorking, kWriting, kLingering };
inline constexpr std::size_t kPhases = 8;

[[nodiscard]] constexpr std::string_view name_of(Phase phase) {
  constexpr std::string_view kNames[kPhases] = {"handshake", "fresh", "idle", "head", "body", "working", "writing", "lingering"};
  return kNames[static_cast<std::size_t>(phase)];
}

}  // namespace dynamo::webhook
