#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "tables/pack_file.h"
#include "tables/table_codec.h"

namespace dynamo::tables {

/// Collects the tables of one (system, backend) and writes them as one file. Equal tables are stored once.
class PackWriter {
 public:
  PackWriter(std::string system, std::string backend, std::string release, VersionSlots slots);

  /// Number of the stored table, for `add_entry`.
  std::uint32_t add_table(const TableData& table);
  void add_entry(std::string version, std::string name, Sources sources, std::uint32_t table);

  /// Writes `<system>-<backend>.pack` under a temporary name, flushes it to disk and renames it; on failure nothing stays.
  [[nodiscard]] std::expected<std::filesystem::path, Diagnostics> write(const std::filesystem::path& directory);

 private:
  PackDirectory directory_;
  std::vector<std::vector<std::byte>> tables_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_checksum_;
};

}  // namespace dynamo::tables
