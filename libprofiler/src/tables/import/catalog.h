#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/tables.h"
#include "tables/import/package.h"
#include "tables/import/package_facts.h"
#include "tables/pack.h"

namespace dynamo::tables {

/// One file that gives rows to a table, and which of its rows.
struct RowSource {
  std::string path;                                   ///< inside the package
  std::optional<std::vector<std::string>> kernels;    ///< only rows with one of these `kernel_source`s; absent = all
  auto operator<=>(const RowSource&) const = default;
};

/// What the package holds, and the rules that say which files answer for (system, backend, version, table).
class Catalog {
 public:
  [[nodiscard]] static std::expected<Catalog, Diagnostics> build(const Package& package);

  [[nodiscard]] std::vector<std::string> systems() const;
  /// The version names that can be asked for; nothing when the backend was not measured on that system.
  [[nodiscard]] std::optional<VersionSlots> slots(const std::string& system, const std::string& backend) const;
  /// Stems (without `_perf`) of all tables that any backend of the system measured, sorted.
  [[nodiscard]] std::vector<std::string> stems(const std::string& system) const;
  /// In priority order.
  [[nodiscard]] std::vector<RowSource> resolve(const std::string& system,
                                               const std::string& backend,
                                               const std::string& version,
                                               const std::string& stem,
                                               Sources sources) const;

 private:
  /// backend → version → family → file name → path
  using Files = std::map<std::string, std::string>;
  using Families = std::map<std::string, Files>;
  using Versions = std::map<std::string, Families>;
  struct System {
    std::map<std::string, Versions> backends;
    std::map<std::string, std::string> family_of;     ///< file name → family
    std::map<std::string, std::map<std::string, std::vector<Reuse>>> reuse;  ///< backend → version → declarations
    SystemLibraries libraries;
  };

  [[nodiscard]] const Versions* versions(const std::string& system, const std::string& backend) const;
  [[nodiscard]] std::optional<std::string> next_version(const std::string& backend, const std::string& current) const;
  [[nodiscard]] bool overridden(const std::string& system, const std::string& backend) const;
  void add_library(const System& system, const std::string& file, std::vector<RowSource>& out) const;
  void add_declared_and_older(const System& system, const std::string& backend, const std::string& version,
                              const std::string& file, bool declared, std::vector<RowSource>& out) const;
  void add_other_backends(const System& system, const std::string& backend, const std::string& file,
                          std::vector<RowSource>& out) const;

  std::map<std::string, System> systems_;
  QueryVersions queries_;
  std::vector<ShareGroup> groups_;
};

}  // namespace dynamo::tables
