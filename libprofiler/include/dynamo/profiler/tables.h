#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/facts.h"

namespace dynamo {

class Pack;

/// The version names of one system and backend: the three that can be asked for.
struct VersionSlots {
  std::string current;
  std::optional<std::string> previous;
  std::optional<std::string> next;
};

/// Finds and keeps open the packs of one directory: `<system>-<backend>.pack`. Thread-safe; packs open lazily, once.
class TableStore {
 public:
  /// A directory that does not exist is an empty store.
  explicit TableStore(std::filesystem::path directory);
  ~TableStore();
  TableStore(const TableStore&) = delete;
  TableStore& operator=(const TableStore&) = delete;

  [[nodiscard]] const std::filesystem::path& directory() const;
  /// No pack at all in the directory.
  [[nodiscard]] bool empty() const;
  /// The pack, or nullptr when that system and backend have none; damaged packs are an error with name and reason.
  [[nodiscard]] std::expected<const Pack*, Diagnostics> open(std::string_view system, Backend backend) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One pack as `tables list` shows it.
struct PackInfo {
  std::filesystem::path file;
  std::string system, backend, release;   ///< release, e.g. `aiconfigurator-core 0.12.0`
  VersionSlots slots;
  std::size_t bytes = 0, tables = 0, rows = 0;
};
[[nodiscard]] std::expected<std::vector<PackInfo>, Diagnostics> list_packs(const std::filesystem::path& directory);

/// Recomputes every checksum of every pack; the diagnostics name each damaged file and what is wrong.
[[nodiscard]] Diagnostics verify_packs(const std::filesystem::path& directory);

struct ImportSummary {
  std::size_t files = 0, rows = 0, packs = 0;
};
/// Turns a wheel (`aiconfigurator_core-*.whl`) or an unpacked package directory into packs. Each pack is written to a
/// temporary name in `directory` and renamed. `progress` is called with a line of text now and then.
[[nodiscard]] std::expected<ImportSummary, Diagnostics> import_tables(
    const std::filesystem::path& source,
    const std::filesystem::path& directory,
    const std::function<void(std::string_view)>& progress);

}  // namespace dynamo
