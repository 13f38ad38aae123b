#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "facts/backend_facts.h"
#include "perf/database_impl.h"

namespace dynamo::perf {

namespace {

/// Kernels that tables name.
constexpr std::string_view kNamedLanes[] = {"fa3", "fla", "flashinfer", "triton", "trtllm_mha"};
constexpr std::string_view kUnnamedLane = "default";

std::optional<std::string_view> default_lane(const Database::Impl& database) {
  const auto version = facts::runtime_release(database.version);
  if (!version) return std::nullopt;
  for (const facts::AttentionKernelDefault& row : facts::backend_facts(database.backend).attention_kernels) {
    if (row.compute_capability == database.system.sm_version && row.since <= *version) return row.kernel;
  }
  return std::nullopt;
}

/// Lanes of a table by how much they measured, most first, then by name.
std::vector<std::string> by_coverage(const Table* table) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
  if (table != nullptr) {
    for (const Slice& slice : table->slices) {
      auto& [slices, rows] = counts[std::string(slice.key.substr(0, slice.key.find('|')))];
      ++slices;
      rows += slice.rows;
    }
  }
  std::vector<std::string> lanes;
  for (const auto& [lane, count] : counts) lanes.push_back(lane);
  std::ranges::stable_sort(lanes, [&](const std::string& a, const std::string& b) {
    return std::tuple(-counts[a].first, -counts[a].second, a) < std::tuple(-counts[b].first, -counts[b].second, b);
  });
  return lanes;
}

std::vector<std::string> by_appearance(const Table& table) {
  std::vector<std::string> lanes;
  std::set<std::string_view> seen;
  for (const Slice& slice : table.slices) {
    const std::string_view lane = slice.key.substr(0, slice.key.find('|'));
    if (seen.insert(lane).second) lanes.emplace_back(lane);
  }
  return lanes;
}

bool is_named(const std::string& lane) { return std::ranges::find(kNamedLanes, lane) != std::end(kNamedLanes); }

void add_once(std::vector<std::string>& order, const std::string& lane) {
  if (std::ranges::find(order, lane) == order.end()) order.push_back(lane);
}

Result<std::vector<std::string>> ordered_lanes(const Database::Impl& database, std::string_view name) {
  const auto merged = database.table(name);
  if (!merged.has_value()) return std::unexpected(merged.error());
  std::vector<std::string> order;
  if (*merged == nullptr) return order;
  const std::optional<std::string_view> pinned = default_lane(database);
  if (pinned.has_value()) {
    if (*pinned != kUnnamedLane) add_once(order, std::string(*pinned));
    const auto own = database.own_table(name);
    if (!own.has_value()) return std::unexpected(own.error());
    for (const std::string& lane : by_coverage(*own)) add_once(order, lane);
    const std::vector<std::string> covered = by_coverage(*merged);
    for (const std::string& lane : covered) {
      if (is_named(lane)) add_once(order, lane);
    }
    add_once(order, std::string(kUnnamedLane));
    for (const std::string& lane : covered) add_once(order, lane);
  }
  for (const std::string& lane : by_appearance(**merged)) add_once(order, lane);
  return order;
}

}  // namespace

Result<std::vector<std::string>> attention_lanes(const Database::Impl& database, std::string_view table) {
  using Lanes = Result<std::vector<std::string>>;
  return *database.parts->find_or_make<Lanes>("lanes of " + std::string(table), [&] {
    return std::make_shared<const Lanes>(ordered_lanes(database, table));
  });
}

}  // namespace dynamo::perf
