#include "tables/import/versions.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

namespace dynamo::tables {
namespace {

using Number = std::int64_t;
constexpr Number kLowest = std::numeric_limits<Number>::min();
constexpr Number kHighest = std::numeric_limits<Number>::max();

bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// Takes digits off the front; false if there are none.
bool take_number(std::string_view& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || !digit(text[0]) || error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void take_separator(std::string_view& text) {
  if (!text.empty() && (text[0] == '.' || text[0] == '-' || text[0] == '_')) text.remove_prefix(1);
}

using SlotKey = std::array<Number, 6>;

SlotKey slot_key(std::string_view version) {
  const std::string text = lower(version);
  std::string_view rest = text;
  SlotKey key{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!take_number(rest, key[i])) break;
    if (i == 2 || rest.size() < 2 || rest[0] != '.' || !digit(rest[1])) break;
    rest.remove_prefix(1);
  }
  const std::size_t rc = text.find("rc");
  key[3] = rc == std::string::npos ? 1 : 0;
  if (rc != std::string::npos) {
    std::string_view number = std::string_view(text).substr(rc + 2);
    take_number(number, key[4]);
  }
  while (!rest.empty()) {
    if (!take_number(rest, key[5])) rest.remove_prefix(1);
  }
  return key;
}

struct Pep440 {
  Number epoch = 0;
  std::vector<Number> release;
  Number pre_kind = kHighest, pre_number = 0;  ///< a = 0, b = 1, rc = 2, none = highest
  Number post = kLowest;
  Number dev = kHighest;
  std::vector<std::tuple<int, Number, std::string>> local;

  [[nodiscard]] auto key() const { return std::tie(epoch, release, pre_kind, pre_number, post, dev, local); }
};

void parse_pre(std::string_view& rest, Pep440& out) {
  static constexpr std::array<std::pair<std::string_view, Number>, 8> kNames = {
      {{"alpha", 0}, {"a", 0}, {"beta", 1}, {"b", 1}, {"preview", 2}, {"pre", 2}, {"rc", 2}, {"c", 2}}};
  std::string_view probe = rest;
  take_separator(probe);
  for (const auto& [name, kind] : kNames) {
    if (!take(probe, name)) continue;
    out.pre_kind = kind;
    take_separator(probe);
    take_number(probe, out.pre_number);
    rest = probe;
    return;
  }
}

void parse_suffix(std::string_view& rest, std::initializer_list<std::string_view> names, Number& into) {
  std::string_view probe = rest;
  take_separator(probe);
  for (const std::string_view name : names) {
    if (!take(probe, name)) continue;
    into = 0;
    take_separator(probe);
    take_number(probe, into);
    rest = probe;
    return;
  }
}

bool parse_local(std::string_view rest, Pep440& out) {
  std::string part;
  const auto flush = [&] {
    if (part.empty()) return false;
    std::string_view view = part;
    Number number = 0;
    if (take_number(view, number) && view.empty()) out.local.emplace_back(1, number, "");
    else out.local.emplace_back(0, 0, part);
    part.clear();
    return true;
  };
  for (const char c : rest) {
    if (c == '.' || c == '-' || c == '_') {
      if (!flush()) return false;
    } else if (digit(c) || (c >= 'a' && c <= 'z')) {
      part += c;
    } else {
      return false;
    }
  }
  return flush();
}

std::optional<Pep440> parse_pep440(std::string_view version) {
  const std::string text = lower(version);
  std::string_view rest = text;
  Pep440 out;
  take(rest, "v");
  Number number = 0;
  if (!take_number(rest, number)) return std::nullopt;
  if (take(rest, "!")) {
    out.epoch = number;
    if (!take_number(rest, number)) return std::nullopt;
  }
  out.release.push_back(number);
  while (rest.size() > 1 && rest[0] == '.' && digit(rest[1])) {
    rest.remove_prefix(1);
    if (!take_number(rest, number)) return std::nullopt;
    out.release.push_back(number);
  }
  while (out.release.size() > 1 && out.release.back() == 0) out.release.pop_back();
  parse_pre(rest, out);
  parse_suffix(rest, {"post", "rev", "r"}, out.post);
  parse_suffix(rest, {"dev"}, out.dev);
  if (take(rest, "+")) {
    if (!parse_local(rest, out)) return std::nullopt;
    rest = {};
  }
  if (!rest.empty()) return std::nullopt;
  // A development build of a release without other suffixes sorts before that release's first candidate.
  if (out.dev != kHighest && out.pre_kind == kHighest && out.post == kLowest) out.pre_kind = kLowest;
  return out;
}

}  // namespace

bool slot_order_less(std::string_view a, std::string_view b) {
  return slot_key(a) < slot_key(b);
}

bool is_pep440(std::string_view text) {
  return parse_pep440(text).has_value();
}

bool pep440_less(std::string_view a, std::string_view b) {
  const auto left = parse_pep440(a);
  const auto right = parse_pep440(b);
  return left && right && left->key() < right->key();
}

}  // namespace dynamo::tables
