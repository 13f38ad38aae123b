#include "doc/source_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

/// Lines to count at most from the nearest one whose start is known.
constexpr std::size_t kLinesApart = 64;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

// Without a way out of the loops these two take many bytes in one step of the processor.

bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (const char byte : text) {
    bits |= static_cast<unsigned char>(byte);
  }
  return bits < 0x80;
}

/// Printable ASCII, which is nearly everything and needs no decoding.
bool is_plain(std::string_view text) {
  unsigned char others = 0;
  for (const char byte : text) {
    others |= static_cast<unsigned char>(byte - 0x20) >= 0x7F - 0x20;
  }
  return others == 0;
}

bool is_forbidden(char32_t code, TextRules rules) {
  if (code < 0x20) {
    return code != '\t' && code != '\n' && code != '\r';
  }
  return rules == TextRules::kYaml && code >= 0x7F && code < 0xA0 && code != 0x85;
}

std::string code_point_name(char32_t code) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string name = "U+";
  for (int shift = 12; shift >= 0; shift -= 4) {
    name += kHex[(code >> static_cast<unsigned>(shift)) & 0xFU];
  }
  return name;
}

bool looks_like_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         (text.size() > 1 && (text[0] == '\0') != (text[1] == '\0'));
}

Diagnostic encoding_error(const SourceText& source, std::string reason, std::size_t offset) {
  Diagnostic error = source.error(DiagnosticCode::kInvalid, "document.encoding", std::move(reason), offset);
  error.hint = looks_like_utf16(source.text()) ? "this looks like UTF-16; save the file as UTF-8"
                                               : "give a text file in UTF-8; this may be a binary file";
  return error;
}

}  // namespace

SourceText::SourceText(std::string_view text, std::string_view name) : text_(text), name_(name), starts_{0} {
  const std::string_view first_line = text.substr(0, text.find('\n'));
  if (is_ascii(first_line)) {
    plain_line_ = first_line.size();
  }
  std::size_t line = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    last_line_ = end + 1;
    if (++line % kLinesApart == 0) {
      starts_.push_back(last_line_);
    }
  }
}

SourceText::Place SourceText::nearest_known(std::size_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto start = std::prev(next);
  if (last_.offset >= *start && last_.offset <= offset) {
    return last_;
  }
  return {.offset = *start, .line = static_cast<std::size_t>(start - starts_.begin()) * kLinesApart, .column = 0};
}

SourceMark SourceText::counted_mark(std::size_t offset, std::size_t bytes) const {
  offset = std::min(offset, text_.size());
  bytes = std::min(bytes, text_.size() - offset);
  Place place = nearest_known(offset);
  std::string_view between = text_.substr(place.offset, offset - place.offset);
  if (place.offset < last_line_) {
    for (std::size_t end = 0; (end = between.find('\n')) != std::string_view::npos; between.remove_prefix(end + 1)) {
      ++place.line;
      place.column = 0;
    }
  }
  place.column += characters(between);
  place.offset = offset;
  last_ = place;
  return {.line = static_cast<int>(place.line + 1),
          .column = static_cast<int>(place.column + 1),
          .length = static_cast<int>(characters(text_.substr(offset, bytes)))};
}

std::string_view SourceText::line_at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  // Without a line break before it, npos + 1 is the start of the text.
  const std::size_t start = text_.substr(0, offset).rfind('\n') + 1;
  const std::string_view rest = text_.substr(start);
  return rest.substr(0, rest.find_first_of("\r\n"));
}

Diagnostic SourceText::error(DiagnosticCode code, std::string rule, std::string reason, std::size_t offset) const {
  Diagnostic error;
  error.code = code;
  error.rule = std::move(rule);
  error.reason = std::move(reason);
  error.source = name_;
  error.mark = mark(offset);
  return error;
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

std::optional<Diagnostic> check_source(const SourceText& source, TextRules rules, std::size_t max_bytes) {
  const std::string_view text = source.text();
  if (text.size() > max_bytes) {
    Diagnostic error;
    error.code = DiagnosticCode::kTooLarge;
    error.rule = "document.too_large";
    error.reason = "the text has " + grouped(static_cast<std::int64_t>(text.size())) + " bytes; at most " +
                   grouped(static_cast<std::int64_t>(max_bytes)) + " are read";
    error.hint = "check that this is the file you meant, or split it into several";
    error.source = source.name();
    return error;
  }
  constexpr std::size_t kStep = 64;
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t end = std::min(offset + kStep, text.size());
    if (is_plain(text.substr(offset, end - offset))) {
      offset = end;
      continue;
    }
    while (offset < end) {
      const auto character = decode_utf8(text, offset);
      if (!character) {
        return encoding_error(source, "the bytes here are not UTF-8", offset);
      }
      if (is_forbidden(character->code, rules)) {
        return encoding_error(source, "the control character " + code_point_name(character->code) + " is not allowed",
                              offset);
      }
      offset += character->length;
    }
  }
  return std::nullopt;
}

}  // namespace dynamo
