#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace dynamo {

enum class ProfilerState { kRunning, kSuccess, kFailed };

/// The content of `profiler_status.yaml`, which the operator's side-car reads line by line.
struct ProfilerStatus {
  ProfilerState state = ProfilerState::kRunning;
  std::chrono::sys_seconds timestamp{};
  std::string message;
  std::string error;
  std::vector<std::pair<std::string, std::string>> outputs;  ///< name, file
  std::string phase;                                         ///< a bare word, e.g. `Initializing`, `Done`
};

[[nodiscard]] ProfilerStatus running_status(std::chrono::sys_seconds now);
[[nodiscard]] ProfilerStatus success_status(std::chrono::sys_seconds now);
[[nodiscard]] ProfilerStatus failed_status(std::chrono::sys_seconds now,
                                           std::string message,
                                           std::string error,
                                           std::string phase);

/// Its YAML text. Every value stays on its line; empty fields are left out.
[[nodiscard]] std::string status_file_text(const ProfilerStatus& status);

}  // namespace dynamo
