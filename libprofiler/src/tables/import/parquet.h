#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tables/import/codec.h"

namespace dynamo::tables {

/// Physical types, numbered as in the Parquet format.
enum class ParquetType : std::uint8_t { kBoolean = 0, kInt64 = 2, kDouble = 5, kByteArray = 6 };

/// One column read into memory; which member is filled depends on `type`.
struct Column {
  ParquetType type = ParquetType::kInt64;
  std::vector<std::string> words;      ///< kByteArray: the distinct strings …
  std::vector<std::uint32_t> codes;    ///< … and for each row its index into them
  std::vector<std::int64_t> integers;  ///< kInt64 and kBoolean
  std::vector<double> doubles;         ///< kDouble

  [[nodiscard]] std::size_t size() const;
};

/// The subset of Parquet that the measured tables use: flat columns without nulls, PLAIN and dictionary encodings, data pages
/// of version 1, ZSTD, Snappy or no compression. Everything else is an error, as is any byte out of place.
class ParquetFile {
 public:
  /// `bytes` must outlive the object.
  [[nodiscard]] static std::expected<ParquetFile, std::string> open(std::span<const std::byte> bytes);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::vector<std::string> column_names() const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] ParquetType type(std::string_view name) const;
  [[nodiscard]] std::expected<Column, std::string> read(std::string_view name) const;

 private:
  friend struct FooterReader;
  struct Chunk {
    std::int64_t first_page = -1;
    std::int64_t dictionary_page = -1;
    std::int64_t bytes = 0;
    std::int64_t values = 0;
    Codec codec = Codec::kNone;
    int type = -1;
  };
  struct Leaf {
    std::string name;
    bool optional = false;
    std::vector<Chunk> chunks;  ///< one per row group
  };
  [[nodiscard]] const Leaf* find(std::string_view name) const;

  std::span<const std::byte> bytes_;
  std::size_t rows_ = 0;
  std::vector<Leaf> leaves_;
};

}  // namespace dynamo::tables
