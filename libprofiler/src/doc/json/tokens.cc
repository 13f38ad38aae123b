#include "doc/json/tokens.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-' || c == '+';
}

char at(std::string_view text, std::size_t offset) { return offset < text.size() ? text[offset] : '\0'; }

/// Where the next quote, backslash, line break or tab stands.
std::size_t end_of_plain_text(std::string_view text, std::size_t offset) {
  static constexpr auto kEnds = [] {
    std::array<bool, 256> ends{};
    for (const char c : {'"', '\\', '\n', '\r', '\t'}) {
      ends[static_cast<unsigned char>(c)] = true;
    }
    return ends;
  }();
  while (offset < text.size() && !kEnds[static_cast<unsigned char>(text[offset])]) {
    ++offset;
  }
  return offset;
}

std::optional<char32_t> read_hex4(std::string_view text, std::size_t& offset) {
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  char32_t code = 0;
  for (int i = 0; i < 4; ++i, ++offset) {
    const std::size_t digit = offset < text.size() ? kDigits.find(text[offset]) : std::string_view::npos;
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    code = code * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
  }
  return code;
}

/// `start` is the backslash; `offset` stands behind the `u`.
std::optional<Misread> read_unicode_escape(std::string_view text, std::size_t start, std::size_t& offset, std::string& out) {
  const auto first = read_hex4(text, offset);
  if (!first) {
    return Misread{start, "\\u needs four hexadecimal digits", {}};
  }
  char32_t code = *first;
  if (code >= 0xD800 && code <= 0xDBFF && text.substr(offset).starts_with("\\u")) {
    offset += 2;
    const auto second = read_hex4(text, offset);
    if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (*second - 0xDC00);
    }
  }
  if (code >= 0xD800 && code <= 0xDFFF) {
    return Misread{start, "half of a surrogate pair is no character", {}};
  }
  append_utf8(out, code);
  return std::nullopt;
}

std::optional<Misread> read_escape(std::string_view text, std::size_t& offset, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const std::size_t start = offset++;
  if (at(text, offset) == 'u') {
    return read_unicode_escape(text, start, ++offset, out);
  }
  const std::size_t index = offset < text.size() ? kNames.find(text[offset]) : std::string_view::npos;
  if (index == std::string_view::npos) {
    return Misread{start, "unknown escape in a string", "write a backslash as \\\\"};
  }
  out += kMeanings[index];
  ++offset;
  return std::nullopt;
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`
bool has_number_form(std::string_view word) {
  const auto take_digits = [&] {
    const std::size_t count = std::min(word.find_first_not_of("0123456789"), word.size());
    word.remove_prefix(count);
    return count;
  };
  const auto take_one_of = [&](std::string_view bytes) {
    const bool found = !word.empty() && bytes.contains(word[0]);
    word.remove_prefix(found ? 1 : 0);
    return found;
  };
  take_one_of("-");
  const bool zero_first = word.starts_with('0');
  const std::size_t whole = take_digits();
  if (whole == 0 || (zero_first && whole > 1)) {
    return false;
  }
  if (take_one_of(".") && take_digits() == 0) {
    return false;
  }
  if (take_one_of("eE")) {
    take_one_of("+-");
    return take_digits() > 0 && word.empty();
  }
  return word.empty();
}

bool read_number(std::string_view word, Value& value) {
  if (!has_number_form(word)) {
    return false;
  }
  if (word.find_first_of(".eE") == std::string_view::npos) {
    if (const auto integer = parse_int(word)) {
      value = *integer;
      return true;
    }
  }
  const auto number = parse_double(word);
  if (number) {
    value = *number;
  }
  return number.has_value();
}

/// What stands where a value should be.
Misread no_value(std::string_view text, std::size_t offset, std::string_view word) {
  constexpr std::size_t kShown = 40;
  const char first = at(text, offset);
  if (first == '\'') {
    return {offset, "JSON strings stand in double quotes", {}};
  }
  if (first == '/' || first == '#') {
    return {offset, "JSON has no comments", {}};
  }
  if (word.empty()) {
    return {offset, "expected a value", {}};
  }
  return {offset, "`" + std::string(word.substr(0, kShown)) + "` is no JSON value",
          "strings stand in double quotes; numbers are decimal and finite"};
}

}  // namespace

std::optional<Misread> read_json_string(std::string_view text, std::size_t& offset, std::string& out) {
  const std::size_t start = offset++;
  while (offset < text.size()) {
    const std::size_t end = end_of_plain_text(text, offset);
    out += text.substr(offset, end - offset);
    offset = end;
    if (at(text, offset) == '"') {
      ++offset;
      return std::nullopt;
    }
    if (at(text, offset) != '\\') {
      break;
    }
    if (auto misread = read_escape(text, offset, out)) {
      return misread;
    }
  }
  if (at(text, offset) == '\t') {
    return Misread{offset, "a tab inside a string must be written as \\t", {}};
  }
  return Misread{start, "the string has no closing quote on its line", {}};
}

std::optional<Misread> read_json_word(std::string_view text, std::size_t& offset, Value& out) {
  std::size_t end = offset;
  while (end < text.size() && is_word(text[end])) {
    ++end;
  }
  const std::string_view word = text.substr(offset, end - offset);
  if (word == "true" || word == "false") {
    out = word == "true";
  } else if (word == "null") {
    out = nullptr;
  } else if (!read_number(word, out)) {
    return no_value(text, offset, word);
  }
  offset = end;
  return std::nullopt;
}

}  // namespace dynamo
