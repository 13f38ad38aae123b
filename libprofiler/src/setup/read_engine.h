#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dynamo/profiler/setup.h"
#include "lint/deployment_view.h"

namespace dynamo::setup {

/// What the flags of one engine say.
struct EngineRead {
  WorkerSetup setup;
  int tensor_width = 1, pipeline = 1, replicas = 1;
  std::optional<int> experts, expert_tensor_width;
  bool expert_switch = false, attention_dp = false;
  std::optional<int> total_requests, token_limit;
  std::string model, served, kv, quantization, mode;
};

/// A count of at most 2^24.
[[nodiscard]] std::optional<int> whole(const std::string& text);

/// Reads the arguments of `service`, which has a backend. What is passed over goes to `ignored`, values that are none to `problems`.
[[nodiscard]] EngineRead read_engine(const lint::ServiceView& service, std::vector<IgnoredSetting>& ignored, Diagnostics& problems);

}  // namespace dynamo::setup
