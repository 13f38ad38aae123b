#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo {

/// One decoded character and how many bytes it took.
struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 0;
};

/// The character that starts at `offset`; nothing when the bytes there are not well-formed UTF-8 (overlong forms,
/// surrogates and codes above U+10FFFF are not).
[[nodiscard]] std::optional<Utf8Char> decode_utf8(std::string_view text, std::size_t offset);

/// Offset of the first byte that breaks UTF-8, or nothing.
[[nodiscard]] std::optional<std::size_t> first_invalid_utf8(std::string_view text);

/// Number of characters; a broken byte counts as one.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

void append_utf8(std::string& text, char32_t code);

/// The same text with every broken byte replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace dynamo
