#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "tables/import/parquet.h"

namespace dynamo::tables {

/// Fills a column from the pages of one chunk.
class PageReader {
 public:
  PageReader(ParquetType type, bool optional, Codec codec) : optional_(optional), codec_(codec) { column_.type = type; }

  /// Reads pages from `bytes` until `values` rows are there; may be called once per row group.
  [[nodiscard]] std::expected<void, std::string> read(std::span<const std::byte> bytes, std::size_t values);
  [[nodiscard]] Column take() { return std::move(column_); }

 private:
  [[nodiscard]] std::expected<void, std::string> dictionary(std::span<const std::byte> page, std::size_t count);
  [[nodiscard]] std::expected<void, std::string> data(std::span<const std::byte> page, std::size_t count, int encoding);
  [[nodiscard]] bool plain(std::span<const std::byte> values, std::size_t count, Column& into);
  [[nodiscard]] bool coded(std::span<const std::byte> values, std::size_t count);

  Column column_;
  Column dictionary_;             ///< of the chunk being read
  std::vector<std::uint32_t> word_of_;  ///< dictionary entry → index into column_.words
  std::vector<std::uint32_t> scratch_;
  bool optional_;
  Codec codec_;
};

}  // namespace dynamo::tables
