#pragma once

#include <filesystem>

#include "dynamo/profiler/request.h"

namespace dynamo::cli {

/// Model configurations on this machine: built in, a `config.json`, a directory with one, or the local Hugging Face cache.
/// Never the network.
class ModelFiles final : public ModelSource {
 public:
  explicit ModelFiles(std::filesystem::path hub) : hub_(std::move(hub)) {}
  [[nodiscard]] std::expected<ModelSpec, Diagnostics> find(const std::string& id) const override;

 private:
  [[nodiscard]] std::filesystem::path cached_snapshot(const std::string& id) const;

  std::filesystem::path hub_;
};

}  // namespace dynamo::cli
