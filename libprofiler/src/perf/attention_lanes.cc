#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include "perf/database_impl.h"

namespace dynamo::perf {

namespace {

/// Which attention kernel a framework runs by default, from a version on, by compute capability. "default" = known, but the
/// tables do not name it. Source: attention_lane_defaults.yaml of aiconfigurator-core 0.12.0.
struct DefaultLane {
  Backend backend;
  std::array<int, 3> since;
  int sm_version;
  std::string_view lane;
};
constexpr DefaultLane kDefaultLanes[] = {
    {Backend::kSglang, {0, 5, 14}, 90, "fa3"},       {Backend::kSglang, {0, 5, 14}, 100, "triton"},
    {Backend::kSglang, {0, 5, 14}, 103, "triton"},   {Backend::kSglang, {0, 5, 14}, 120, "flashinfer"},
    {Backend::kVllm, {0, 24, 0}, 90, "default"},     {Backend::kVllm, {0, 24, 0}, 100, "default"},
    {Backend::kVllm, {0, 24, 0}, 103, "default"},
};
constexpr std::string_view kNamedLanes[] = {"fa3", "fla", "flashinfer", "triton", "trtllm_mha"};
constexpr std::string_view kUnnamedLane = "default";

/// The leading numbers of a version; a suffix such as `rc23` or `.post1` does not count.
std::array<int, 3> numbers_of(std::string_view version) {
  std::array<int, 3> numbers{};
  const char* at = version.data();
  const char* end = at + version.size();
  for (int& number : numbers) {
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != '.') break;
    at = parsed.ptr + 1;
  }
  return numbers;
}

std::optional<std::string_view> default_lane(const Database::Impl& database) {
  const std::array<int, 3> version = numbers_of(database.version);
  for (const DefaultLane& row : kDefaultLanes) {
    if (row.backend == database.backend && row.sm_version == database.system.sm_version && row.since <= version) return row.lane;
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

}  // namespace

namespace {

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
