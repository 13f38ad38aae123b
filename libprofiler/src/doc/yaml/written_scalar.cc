#include "doc/yaml/written_scalar.h"

#include <algorithm>

namespace dynamo {
namespace {

/// What follows the anchor and the tag that may stand before a scalar.
std::string_view after_properties(std::string_view rest) {
  while (rest.starts_with('&') || rest.starts_with('!')) {
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  return rest;
}

bool is_quoted(std::string_view rest) { return rest.starts_with('"') || rest.starts_with('\''); }

/// Length of the quoted text that `rest` starts with, its quotes included; npos when it is not closed.
std::size_t quoted_length(std::string_view rest) {
  const char quote = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '"' || i + 1 == rest.size() || rest[i + 1] != quote) {
        return i + 1;
      }
      ++i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_open_quote(std::string_view rest) {
  const std::string_view written = after_properties(rest);
  return is_quoted(written) && quoted_length(written) == std::string_view::npos;
}

bool has_colon(std::string_view rest, std::string_view key) {
  std::string_view written = after_properties(rest);
  if (!written.starts_with(key)) {
    return false;
  }
  written.remove_prefix(key.size());
  written.remove_prefix(std::min(written.find_first_not_of(" \t"), written.size()));
  return written.starts_with(':');
}

bool spells_null(std::string_view rest) {
  return rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
}

std::size_t written_length(std::string_view rest, std::size_t text_size) {
  constexpr std::size_t kNullWord = 4;
  if (rest.empty() || std::string_view("|>&!\r\n").contains(rest[0])) {
    return 0;
  }
  const std::size_t plain = text_size > 0 ? text_size : (rest[0] == '~' ? 1 : kNullWord);
  const std::string_view written = rest.substr(0, is_quoted(rest) ? quoted_length(rest) : plain);
  return std::min(written.find_first_of("\r\n"), written.size());
}

}  // namespace dynamo
