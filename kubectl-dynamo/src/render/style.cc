#include "render/style.h"

namespace dynamo::cli {
namespace {

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::kPlain: return "";
    case Ink::kBold: return "\x1b[1m";
    case Ink::kDim: return "\x1b[2m";
    case Ink::kRed: return "\x1b[1;31m";
    case Ink::kYellow: return "\x1b[1;33m";
    case Ink::kGreen: return "\x1b[32m";
    case Ink::kCyan: return "\x1b[36m";
  }
  return "";
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0u) == 0x80u; }

/// Bytes of the code point that starts with `lead`; 0 when no code point can start so.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

bool well_formed(std::string_view sequence, std::size_t length) {
  if (length == 0 || sequence.size() < length) return false;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(static_cast<unsigned char>(sequence[i]))) return false;
  }
  // U+0080 to U+009F are control characters that some terminals obey.
  return !(static_cast<unsigned char>(sequence[0]) == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0);
}

}  // namespace

std::string Style::operator()(Ink ink, std::string_view text) const {
  if (!colour_ || ink == Ink::kPlain || text.empty()) return std::string(text);
  return std::string(code_of(ink)) + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = sequence_length(lead);
    if (lead == '\t') {
      out += ' ';
    } else if (lead < 0x20 || lead == 0x7F || !well_formed(text.substr(i), length)) {
      out += '?';
    } else {
      out += text.substr(i, length);
      i += length;
      continue;
    }
    ++i;
  }
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += is_continuation(static_cast<unsigned char>(byte)) ? 0 : 1;
  return count;
}

std::string wrap(std::string_view text, std::size_t width, std::size_t first_indent, std::size_t next_indent) {
  std::string out(first_indent, ' ');
  std::size_t column = first_indent;
  bool line_empty = true;
  while (!text.empty()) {
    std::size_t end = text.find(' ');
    while (end != std::string_view::npos && end > 0 && text.substr(end + 1).starts_with('%')) end = text.find(' ', end + 1);
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (word.empty()) continue;
    const std::size_t needed = columns(word) + (line_empty ? 0 : 1);
    if (!line_empty && column + needed > width) {
      out += '\n' + std::string(next_indent, ' ');
      column = next_indent;
      line_empty = true;
    }
    if (!line_empty) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns(word);
    line_empty = false;
  }
  return out;
}

}  // namespace dynamo::cli
