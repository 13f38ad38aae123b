#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "tables/pack.h"

namespace dynamo::tables {

/// A slice that owns its arrays; see Slice and Grid for their meaning.
struct SliceData {
  std::string key;
  std::vector<std::vector<std::uint32_t>> keys, offsets;
  std::vector<std::vector<double>> values;
  std::array<std::vector<std::uint32_t>, 2> site;
};

struct TableData {
  std::string name;
  int rank = 0;
  std::vector<SliceData> slices;
  [[nodiscard]] std::size_t rows() const;
};

[[nodiscard]] std::vector<std::byte> encode(const TableData& table);

/// The table as views into `bytes`; every count, offset and order is checked. The error is a reason without context.
[[nodiscard]] std::expected<Table, std::string> decode(std::span<const std::byte> bytes);

}  // namespace dynamo::tables
