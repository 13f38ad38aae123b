#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "dynamo/profiler/tables.h"
#include "tables/pack.h"

namespace dynamo::tables {

/// A read-only view of a file's bytes; pages come in when they are touched.
class MappedFile {
 public:
  MappedFile() = default;
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  /// The error is a reason without the name.
  [[nodiscard]] std::expected<void, std::string> open(const std::filesystem::path& file);
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// What the directory of a pack lists.
struct PackDirectory {
  struct Blob {
    std::uint64_t offset = 0, bytes = 0, checksum = 0, rows = 0;
  };
  struct Entry {
    std::string version, name;
    Sources sources = Sources::kMerged;
    std::uint32_t blob = 0;
  };
  std::string system, backend, release;
  VersionSlots slots;
  std::vector<Blob> blobs;
  std::vector<Entry> entries;
};

/// Checks header, directory and sizes; no table is touched. Errors are reasons without the name.
[[nodiscard]] std::expected<PackDirectory, std::string> read_directory(std::span<const std::byte> file);

/// `directory` bytes for the end of a pack; offsets and checksums are already filled in.
[[nodiscard]] std::vector<std::byte> encode_directory(const PackDirectory& directory);

/// One error about a pack, with the name of its file and what to do.
[[nodiscard]] Diagnostics pack_error(const std::filesystem::path& file, const std::string& reason);

}  // namespace dynamo::tables
