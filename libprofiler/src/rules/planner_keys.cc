#include "rules/planner_keys.h"

#include <array>
#include <charconv>
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

double number(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

PlannerRange parse_range(std::string_view text) {
  PlannerRange range;
  range.text = text;
  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
    range.least = number(text.substr(0, dots));
    range.most = number(text.substr(dots + 2));
    return range;
  }
  range.above = !text.starts_with(">=");
  range.least = number(text.substr(range.above ? 1 : 2));
  return range;
}

/// `1.0.1,(1.6.1)`: the lines that know a key, in parentheses where it is not written.
void parse_versions(std::string_view text, PlannerKey& key) {
  constexpr std::array<std::string_view, kPlannerLines> kFirst = {"1.0.1", "1.1.1", "1.6.1"};
  for (std::string_view version : split(text, ',')) {
    PlannerKey::Use use = PlannerKey::Use::kWritten;
    if (version.starts_with('(')) {
      use = PlannerKey::Use::kRead;
      version = version.substr(1, version.size() - 2);
    }
    for (std::size_t line = 0; line < kFirst.size(); ++line) {
      if (kFirst[line] == version) key.use[line] = use;
    }
  }
}

std::string_view cell_text(std::string_view cell) { return cell == kNone ? std::string_view() : cell; }

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
    if (cells.at(4) != kNone) {
      key.range = parse_range(cells.at(4));
    }
    key.fallback = cells.at(5);
    key.alias = cell_text(cells.at(6));
    key.renamed = cell_text(cells.at(7));
    parse_versions(cells.at(8), key);
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

bool same_meaning(const PlannerKey& a, const PlannerKey& b) {
  return a.name == b.name || a.renamed == b.name || b.renamed == a.name;
}

const PlannerKey* key_in(const PlannerKey& key, PlannerLine line) {
  for (const PlannerKey& other : planner_keys()) {
    if (same_meaning(key, other) && other.in(line) != PlannerKey::Use::kNone) {
      return &other;
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
