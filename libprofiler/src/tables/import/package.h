#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::tables {

/// The files below the package's `systems/` folder, whether they stand in a wheel or in a directory. Thread-safe once open.
class Package {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Package>, Diagnostics> open(const std::filesystem::path& source);
  virtual ~Package() = default;

  /// Paths relative to `systems/`, sorted, with '/' between the parts.
  [[nodiscard]] const std::map<std::string, std::size_t>& files() const { return files_; }
  [[nodiscard]] bool has(const std::string& path) const { return files_.contains(path); }
  /// Distribution name and version, e.g. `aiconfigurator-core 0.12.0`.
  [[nodiscard]] const std::string& release() const { return release_; }
  /// The error is a reason without the path.
  [[nodiscard]] virtual std::expected<std::vector<std::byte>, std::string> read(const std::string& path) const = 0;

 protected:
  std::map<std::string, std::size_t> files_;  ///< path → index inside the archive
  std::string release_;
};

/// `Name: … / Version: …` of a wheel's METADATA as `name version`; empty if either is absent.
[[nodiscard]] std::string release_from_metadata(std::string_view text);

}  // namespace dynamo::tables
