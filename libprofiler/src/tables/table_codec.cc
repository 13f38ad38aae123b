#include "tables/table_codec.h"

#include <algorithm>
#include <numeric>

#include "tables/format.h"

namespace dynamo::tables {
namespace {

constexpr std::uint32_t kMaxColumns = 16;

void encode_slice(ByteWriter& out, const SliceData& slice) {
  out.text(slice.key);
  for (const auto& level : slice.keys) out.number(static_cast<std::uint32_t>(level.size()));
  out.number(static_cast<std::uint32_t>(slice.site[0].size()));
  for (std::size_t level = 0; level < slice.keys.size(); ++level) {
    out.array(std::span<const std::uint32_t>(slice.keys[level]));
    out.array(std::span<const std::uint32_t>(slice.offsets[level]));
  }
  for (const auto& coordinate : slice.site) out.array(std::span<const std::uint32_t>(coordinate));
  for (const auto& column : slice.values) out.array(std::span<const double>(column));
}

/// Whether the offsets cut `keys` into consecutive parts that ascend strictly inside.
bool is_level(std::span<const std::uint32_t> keys, std::span<const std::uint32_t> offsets) {
  if (offsets.front() != 0 || offsets.back() != keys.size()) return false;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    if (offsets[i] > offsets[i + 1] || offsets[i + 1] > keys.size()) return false;
    for (std::size_t k = offsets[i] + std::size_t{1}; k < offsets[i + 1]; ++k) {
      if (keys[k - 1] >= keys[k]) return false;
    }
  }
  return true;
}

bool decode_slice(ByteReader& in, std::uint32_t rank, std::uint32_t columns, Slice& slice) {
  slice.key = in.text();
  std::array<std::uint32_t, kMaxRank> counts{};
  for (std::uint32_t level = 0; level < rank; ++level) counts[level] = in.number<std::uint32_t>();
  const auto sites = in.number<std::uint32_t>();
  Grid& grid = slice.grid;
  grid.rank = static_cast<int>(rank);
  std::size_t parents = 1;
  for (std::uint32_t level = 0; level < rank; ++level) {
    grid.keys[level] = in.array<std::uint32_t>(counts[level]);
    grid.offsets[level] = in.array<std::uint32_t>(parents + 1);
    if (!in.ok() || !is_level(grid.keys[level], grid.offsets[level])) return false;
    parents = counts[level];
  }
  for (auto& coordinate : grid.site) coordinate = in.array<std::uint32_t>(sites);
  if (sites != 0 && sites != counts[0]) return false;
  for (std::uint32_t column = 0; column < columns; ++column) grid.values.push_back(in.array<double>(parents));
  slice.rows = static_cast<std::uint32_t>(parents);
  return in.ok();
}

}  // namespace

std::size_t TableData::rows() const {
  std::size_t sum = 0;
  for (const SliceData& slice : slices) sum += slice.keys.empty() ? 0 : slice.keys.back().size();
  return sum;
}

std::vector<std::byte> encode(const TableData& table) {
  ByteWriter out;
  out.text(table.name);
  out.number(static_cast<std::uint32_t>(table.rank));
  out.number(static_cast<std::uint32_t>(table.slices.empty() ? 0 : table.slices[0].values.size()));
  out.number(static_cast<std::uint32_t>(table.slices.size()));
  for (const SliceData& slice : table.slices) encode_slice(out, slice);
  out.align();
  return out.take();
}

std::expected<Table, std::string> decode(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  Table table;
  table.name = in.text();
  const auto rank = in.number<std::uint32_t>();
  const auto columns = in.number<std::uint32_t>();
  const auto slices = in.number<std::uint32_t>();
  const bool sane = in.ok() && rank >= 1 && rank <= kMaxRank && columns >= 1 && columns <= kMaxColumns &&
                    slices <= in.left() / 8;
  if (!sane) return std::unexpected(std::string("the head of the table is damaged"));
  table.slices.resize(slices);
  for (Slice& slice : table.slices) {
    if (!decode_slice(in, rank, columns, slice)) {
      return std::unexpected("the slice `" + std::string(slice.key) + "` is damaged");
    }
  }
  if (!in.at_end()) return std::unexpected(std::string("there are bytes after the last slice"));
  table.by_key.resize(slices);
  std::iota(table.by_key.begin(), table.by_key.end(), 0u);
  // Equal keys keep their order, so that the first one is found.
  std::stable_sort(table.by_key.begin(), table.by_key.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return table.slices[a].key < table.slices[b].key; });
  return table;
}

}  // namespace dynamo::tables

namespace dynamo {

const Slice* Table::find(std::string_view key) const {
  if (by_key.size() == slices.size()) {
    const auto at = std::lower_bound(by_key.begin(), by_key.end(), key,
                                     [&](std::uint32_t slice, std::string_view wanted) { return slices[slice].key < wanted; });
    return at != by_key.end() && slices[*at].key == key ? &slices[*at] : nullptr;
  }
  for (const Slice& slice : slices) {
    if (slice.key == key) return &slice;
  }
  return nullptr;
}

}  // namespace dynamo
