#include "text/utf8.h"

namespace dynamo {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Lead {
  std::size_t length = 0;
  char32_t bits = 0;
  char32_t smallest = 0;  ///< a smaller code in this length is overlong
};

std::optional<Lead> lead_of(unsigned char byte) {
  if (byte < 0x80) {
    return Lead{.length = 1, .bits = byte, .smallest = 0};
  }
  if ((byte & 0xE0U) == 0xC0U) {
    return Lead{.length = 2, .bits = byte & 0x1FU, .smallest = 0x80};
  }
  if ((byte & 0xF0U) == 0xE0U) {
    return Lead{.length = 3, .bits = byte & 0x0FU, .smallest = 0x800};
  }
  if ((byte & 0xF8U) == 0xF0U) {
    return Lead{.length = 4, .bits = byte & 0x07U, .smallest = 0x10000};
  }
  return std::nullopt;
}

bool is_scalar_value(char32_t code) { return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF); }

}  // namespace

std::optional<Utf8Char> decode_utf8(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) {
    return std::nullopt;
  }
  const auto lead = lead_of(static_cast<unsigned char>(text[offset]));
  if (!lead || text.size() - offset < lead->length) {
    return std::nullopt;
  }
  char32_t code = lead->bits;
  for (std::size_t i = 1; i < lead->length; ++i) {
    const auto byte = static_cast<unsigned char>(text[offset + i]);
    if ((byte & 0xC0U) != 0x80U) {
      return std::nullopt;
    }
    code = (code << 6U) | (byte & 0x3FU);
  }
  if (code < lead->smallest || !is_scalar_value(code)) {
    return std::nullopt;
  }
  return Utf8Char{.code = code, .length = lead->length};
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const auto character = decode_utf8(text, offset);
    if (!character) {
      return offset;
    }
    offset += character->length;
  }
  return std::nullopt;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < text.size(); ++count) {
    const auto character = decode_utf8(text, offset);
    offset += character ? character->length : 1;
  }
  return count;
}

void append_utf8(std::string& text, char32_t code) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const auto character = decode_utf8(text, offset);
    append_utf8(result, character ? character->code : kReplacement);
    offset += character ? character->length : 1;
  }
  return result;
}

}  // namespace dynamo
