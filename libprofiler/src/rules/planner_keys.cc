#include "rules/planner_keys.h"

#include <array>
#include <cstddef>
#include <utility>

#include "text/enum_text.h"

namespace dynamo {
namespace {

using Kind = PlannerKey::Kind;

constexpr EnumText kKinds(std::array{
    std::pair{Kind::kBool, std::string_view("bool")},
    std::pair{Kind::kInt, std::string_view("int")},
    std::pair{Kind::kNumber, std::string_view("number")},
    std::pair{Kind::kString, std::string_view("string")},
    std::pair{Kind::kObject, std::string_view("object")},
    std::pair{Kind::kList, std::string_view("list")},
    std::pair{Kind::kEnum, std::string_view("enum")},
    std::pair{Kind::kWord, std::string_view("word")},
});

constexpr std::string_view kPrefix = "planner_";
constexpr std::string_view kNone = "-";

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::vector<PlannerKey> parse_table() {
  std::vector<PlannerKey> keys;
  for (const std::string_view line : split(kPlannerKeysTable, '\n')) {
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const std::vector<std::string_view> cells = split(line, '\t');
    PlannerKey key;
    key.name = cells.at(0);
    key.kind = kKinds.parse(cells.at(1)).value_or(Kind::kString);
    key.nullable = cells.at(2) != kNone;
    if (cells.at(3) != kNone) {
      key.values = split(cells.at(3), ',');
    }
    key.alias = cells.at(4) == kNone ? std::string_view() : cells.at(4);
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

std::span<const PlannerKey> planner_keys() {
  static const std::vector<PlannerKey> keys = parse_table();
  return keys;
}

const PlannerKey* find_planner_key(std::string_view name) {
  for (const PlannerKey& key : planner_keys()) {
    if (key.name == name) {
      return &key;
    }
  }
  return nullptr;
}

const PlannerKey* find_prefixed_planner_key(std::string_view name) {
  for (const PlannerKey& key : planner_keys()) {
    if (!key.alias.empty() && key.alias == name) {
      return &key;
    }
  }
  return name.starts_with(kPrefix) ? find_planner_key(name.substr(kPrefix.size())) : nullptr;
}

}  // namespace dynamo
