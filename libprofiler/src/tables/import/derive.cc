#include "tables/import/derive.h"

#include <algorithm>
#include <array>

namespace dynamo::tables {
namespace {

// Who measured, with what, and how much power it took: no part of the key, no value.
constexpr std::array<std::string_view, 5> kIgnored = {"framework", "version", "device", "power", "power_limit"};
// Candidates for axes, outermost first; a table has at most four.
constexpr std::array<std::string_view, 8> kAxes = {"num_heads", "batch_size", "isl", "seq_len", "step", "num_tokens",
                                                   "num_token", "message_size"};
constexpr std::size_t kMostAxes = 4;

template <std::size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Plan derive_plan(std::string_view stem, const ParquetFile& file) {
  Plan plan;
  plan.name = stem;
  plan.stem = stem;
  plan.derived = true;
  for (const std::string_view axis : kAxes) {
    if (file.has(axis) && plan.axes.size() < kMostAxes) plan.axes.push_back({std::string(axis), {}});
  }
  const auto is_axis = [&](const std::string& name) {
    return std::any_of(plan.axes.begin(), plan.axes.end(), [&](const auto& axis) { return axis.column == name; });
  };
  // `latency` first, so that it is always column 0.
  if (file.has("latency")) plan.values.emplace_back("latency");
  for (const std::string& name : file.column_names()) {
    if (among(kIgnored, name) || is_axis(name) || name == "latency") continue;
    if (file.type(name) == ParquetType::kDouble) plan.values.push_back(name);
    else plan.keys.push_back({KeyRule::kColumn, name});
  }
  return plan;
}

}  // namespace dynamo::tables
