#include "doc/yaml/syntax_words.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace dynamo {

std::string syntax_reason(const std::string& message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kReasons{{
      {"end of map not found", "this does not fit the `key: value` lines above it"},
      {"end of sequence not found", "this does not fit the list above it"},
      {"end of map flow not found", "a `{` above is not closed, or a comma is missing"},
      {"end of sequence flow not found", "a `[` above is not closed, or a comma is missing"},
      {"illegal map value", "a `: ` is not allowed here"},
      {"illegal map key", "a key is not allowed here"},
      {"illegal block entry", "a list item is not allowed here"},
      {"illegal flow end", "this bracket closes nothing"},
      {"unknown token", "this character cannot start a value"},
      {"the referenced anchor is not defined", "the alias refers to no anchor above it"},
      {"illegal tab when looking for indentation", "a tab stands where blanks should indent the line"},
      {"illegal EOF in scalar", "the quoted text is not closed"},
  }};
  const auto known =
      std::find_if(kReasons.begin(), kReasons.end(), [&](const auto& entry) { return entry.first == message; });
  return known == kReasons.end() ? message : std::string(known->second);
}

std::string syntax_hint(const SourceText& source, std::size_t offset) {
  const std::string_view line = source.line_at(offset);
  const std::size_t first = line.find_first_not_of(' ');
  if (first != std::string_view::npos && line[first] == '\t') {
    return "indent with blanks; YAML does not allow tabs there";
  }
  if (first != std::string_view::npos && std::string_view("@`%").contains(source.text().substr(offset, 1))) {
    return "put the text in quotes";
  }
  return "check indentation, colons and quotes in and above this line";
}

}  // namespace dynamo
