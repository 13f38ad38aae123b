#include "text/did_you_mean.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dynamo {
namespace {

/// Longer input is never a mistyped name, and comparing it would cost time quadratic in its length.
constexpr std::size_t kLongestName = 200;

bool is_separator(char c) { return c == '-' || c == '_' || c == '.' || c == '/' || c == ' ' || c == '\t'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string folded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (!is_separator(c)) {
      result.push_back(lower(c));
    }
  }
  return result;
}

/// One mistake in a short name, one in three characters at most in a longer one.
std::size_t allowed_distance(std::size_t length) { return length < 4 ? 1 : std::min<std::size_t>(length / 3, 6); }

/// How far `name` is from `typed`, both folded; nothing when it is too far. A name that `typed` begins, or that begins
/// `typed`, is offered too: `h200` for `h200_sxm`.
std::optional<std::size_t> nearness(const std::string& typed, const std::string& name) {
  const std::size_t distance = edit_distance(typed, name);
  if (distance <= allowed_distance(std::max(typed.size(), name.size()))) {
    return distance;
  }
  const std::size_t shorter = std::min(typed.size(), name.size());
  if (shorter >= 3 && (name.starts_with(typed) || typed.starts_with(name))) {
    return distance;
  }
  return std::nullopt;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest_names(std::string_view typed,
                                       std::span<const std::string_view> names,
                                       std::size_t at_most) {
  const std::string wanted = folded(typed.substr(0, kLongestName + 1));
  if (wanted.empty() || wanted.size() > kLongestName) {
    return {};
  }
  std::vector<std::pair<std::size_t, std::string_view>> found;
  for (const std::string_view name : names) {
    if (name.size() > kLongestName) {
      continue;
    }
    if (const auto distance = nearness(wanted, folded(name))) {
      found.emplace_back(*distance, name);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  found.resize(std::min(found.size(), at_most));
  std::vector<std::string> result;
  for (const auto& [distance, name] : found) {
    result.emplace_back(name);
  }
  return result;
}

std::vector<std::string> nearest_names(std::string_view typed,
                                       const std::vector<std::string>& names,
                                       std::size_t at_most) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  return nearest_names(typed, std::span<const std::string_view>(views), at_most);
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names, std::size_t at_most) {
  const std::vector<std::string> nearest = nearest_names(typed, names, at_most);
  std::string hint;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const bool last = i + 1 == nearest.size();
    hint += i == 0 ? "did you mean " : (last ? " or " : ", ");
    hint += "`" + nearest[i] + "`";
  }
  return hint.empty() ? hint : hint + "?";
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& names, std::size_t at_most) {
  const std::vector<std::string_view> views(names.begin(), names.end());
  return did_you_mean(typed, std::span<const std::string_view>(views), at_most);
}

}  // namespace dynamo
