#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emit/image.h"
#include "emit/model_path.h"
#include "emit/plan.h"

namespace dynamo::emit {

/// Everything a backend's command line depends on.
struct EngineContext {
  const ValidatedRequest* request = nullptr;
  const WorkerPlan* worker = nullptr;
  ModelLocation location;
  std::string kv_dtype;                     ///< in the backend's spelling
  std::optional<RuntimeVersion> runtime;    ///< of the image; absent = unknown, taken as newest
};

/// Arguments after `python3 -m dynamo.<backend>`.
[[nodiscard]] std::vector<std::string> vllm_args(const EngineContext& context);
[[nodiscard]] std::vector<std::string> sglang_args(const EngineContext& context);
[[nodiscard]] std::vector<std::string> trtllm_args(const EngineContext& context);

/// A command line that grows flag by flag.
class ArgList {
 public:
  ArgList& flag(std::string_view name) {
    items_.emplace_back(name);
    return *this;
  }
  ArgList& flag(std::string_view name, std::string_view value) {
    items_.emplace_back(name);
    items_.emplace_back(value);
    return *this;
  }
  ArgList& flag(std::string_view name, int value) { return flag(name, std::to_string(value)); }
  ArgList& flag(std::string_view name, double value);   ///< shortest decimal form
  [[nodiscard]] std::vector<std::string> take() { return std::move(items_); }

 private:
  std::vector<std::string> items_;
};

[[nodiscard]] int round_up(int value, int multiple);

}  // namespace dynamo::emit
