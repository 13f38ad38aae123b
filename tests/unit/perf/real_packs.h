#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "dynamo/profiler/tables.h"

namespace dynamo {

/// The measured tables of this machine: $DYNAMO_TABLES, else where set-up puts them. Tests that need them skip without.
class RealPacks : public testing::Test {
 protected:
  void SetUp() override {
    store_ = std::make_unique<TableStore>(directory());
    if (store_->empty())
      GTEST_SKIP() << "no measured tables in " << directory() << ": set DYNAMO_TABLES";
  }

  [[nodiscard]] static std::filesystem::path directory() {
    const auto variable = [](const char* name) {
      const char* value = std::getenv(name);
      return std::string(value == nullptr ? "" : value);
    };
    if (const std::string own = variable("DYNAMO_TABLES"); !own.empty())
      return own;
    const std::string cache = variable("XDG_CACHE_HOME");
    const std::filesystem::path base =
        cache.empty() ? std::filesystem::path(variable("HOME")) / ".cache" : std::filesystem::path(cache);
    return base / "kubectl-dynamo/tables/aiconfigurator-core-0.12.0";
  }

  std::unique_ptr<TableStore> store_;
};

}  // namespace dynamo
