#include "perf/operators/attention_tables.h"

#include <algorithm>
#include <charconv>

#include "perf/interp/utilisation_grid.h"

namespace dynamo::perf {

namespace {

constexpr int kPreferredHeadDim = 128;

}  // namespace

AttentionTable::AttentionTable(const Database::Impl& database, std::string table, std::string format_key)
    : format_key_(std::move(format_key)) {
  const auto rows = database.table(table);
  auto lanes = attention_lanes(database, table);
  if (!rows.has_value()) {
    damaged_ = rows.error();
  } else if (!lanes.has_value()) {
    damaged_ = lanes.error();
  } else {
    table_ = *rows;
    lanes_ = std::move(*lanes);
  }
}

const Slice* AttentionTable::find(int kv_heads_key, int head_dim, int window) const {
  if (table_ == nullptr) return nullptr;
  const std::string rest = "|" + format_key_ + "|" + std::to_string(kv_heads_key) + "|" + std::to_string(head_dim) + "|" +
                           std::to_string(window);
  for (const std::string& lane : lanes_) {
    if (const Slice* slice = table_->find(lane + rest); slice != nullptr) return slice;
  }
  return nullptr;
}

std::vector<AttentionTable::StandIn> AttentionTable::stand_ins(const AttentionConfig& config) const {
  std::vector<StandIn> found;
  const int kv_heads = kv_heads_key(config);
  for (const int window : config.window > 0 ? std::vector{config.window, 0} : std::vector{0}) {
    if (const Slice* own = find(kv_heads, config.head_dim, window); own != nullptr) found.push_back({own, config.head_dim, window});
    if (const auto other = other_width(kv_heads, config.head_dim, window); other.has_value()) found.push_back(*other);
  }
  return found;
}

std::optional<AttentionTable::StandIn> AttentionTable::other_width(int kv_heads_key, int head_dim, int window) const {
  if (table_ == nullptr) return std::nullopt;
  for (const std::string& lane : lanes_) {
    const std::string prefix = lane + "|" + format_key_ + "|" + std::to_string(kv_heads_key) + "|";
    std::vector<double> widths;
    for (const Slice& slice : table_->slices) {
      if (!slice.key.starts_with(prefix)) continue;
      int width = 0;
      const std::string_view rest = slice.key.substr(prefix.size());
      std::from_chars(rest.data(), rest.data() + rest.size(), width);
      if (width > 0) widths.push_back(width);
    }
    std::ranges::sort(widths);
    const bool preferred = std::ranges::find(widths, static_cast<double>(kPreferredHeadDim)) != widths.end();
    const auto nearest = nearest_by_log(head_dim, widths);
    if (!nearest.has_value()) continue;
    const int width = preferred ? kPreferredHeadDim : static_cast<int>(widths[*nearest]);
    const Slice* slice = table_->find(prefix + std::to_string(width) + "|" + std::to_string(window));
    if (slice != nullptr) return StandIn{slice, width, window};
  }
  return std::nullopt;
}

bool AttentionTable::has_format() const {
  if (table_ == nullptr) return false;
  return std::ranges::any_of(table_->slices, [this](const Slice& slice) {
    const std::size_t lane_end = slice.key.find('|');
    return lane_end != std::string_view::npos && slice.key.substr(lane_end + 1).starts_with(format_key_ + "|");
  });
}

}  // namespace dynamo::perf
