#include <algorithm>
#include <cmath>
#include <string>

#include "doc/plain_text.h"
#include "doc/yaml/scalar.h"
#include "dynamo/profiler/document_io.h"
#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

/// Characters that a reader of YAML 1.1 takes as they are; the others need an escape.
bool is_printable(char32_t code) {
  if (code < 0x20) {
    return code == '\t' || code == '\n';
  }
  return code < 0x7F || (code >= 0xA0 && code != 0x2028 && code != 0x2029 && code != 0xFEFF && code != 0xFFFE &&
                         code != 0xFFFF);
}

bool all_printable(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const auto character = decode_utf8(text, offset);
    if (!character || !is_printable(character->code)) {
      return false;
    }
    offset += character->length;
  }
  return true;
}

/// Whether the first character would open another kind of node than a plain scalar.
bool starts_like_syntax(std::string_view text) {
  if (text.starts_with('-')) {
    return text.size() == 1 || text[1] == ' ' || text.starts_with("---");
  }
  return std::string_view(",[]{}#&*!|>'\"%@`?:").contains(text[0]) || text.starts_with("...");
}

bool can_be_plain(std::string_view text) {
  if (text.empty() || starts_like_syntax(text) || text.front() == ' ' || text.back() == ' ' || text.back() == ':') {
    return false;
  }
  return !text.contains(": ") && !text.contains(" #") && !text.contains('\t');
}

/// A block literal keeps the text exactly as long as no line is blank but not empty and the first line shows the
/// indentation.
bool can_be_literal(std::string_view text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string_view::npos || std::string_view(" \t\n").contains(text[0])) {
    return false;
  }
  for (std::size_t start = 0; start <= end;) {
    const std::size_t line_end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, line_end - start);
    if (!line.empty() && line.find_first_not_of(" \t") == std::string_view::npos) {
      return false;
    }
    start = line_end + 1;
  }
  return true;
}

void append_escaped(std::string& out, char32_t code) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const int digits = code <= 0xFF ? 2 : (code <= 0xFFFF ? 4 : 8);
  out += digits == 2 ? "\\x" : (digits == 4 ? "\\u" : "\\U");
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out += kHex[(code >> static_cast<unsigned>(shift)) & 0xFU];
  }
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t offset = 0; offset < text.size();) {
    const Utf8Char character = decode_utf8(text, offset).value_or(Utf8Char{.code = 0xFFFD, .length = 1});
    switch (character.code) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (is_printable(character.code)) {
          append_utf8(out, character.code);
        } else {
          append_escaped(out, character.code);
        }
    }
    offset += character.length;
  }
  return out + "\"";
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? std::string("''") : std::string(1, c);
  }
  return out + "'";
}

/// One line, quoted as kubectl quotes: double where the type would change, single where only the syntax is in the way.
std::string flow_string(std::string_view text) {
  if (!all_printable(text) || text.contains('\n') || text.contains('\t') || !always_reads_as_string(text)) {
    return double_quoted(text);
  }
  return can_be_plain(text) ? std::string(text) : single_quoted(text);
}

/// The mantissa always has a point: a reader of YAML 1.1 takes `1e+21` for a string.
std::string float_text(double value) {
  if (std::isnan(value)) {
    return ".nan";
  }
  if (std::isinf(value)) {
    return value > 0 ? ".inf" : "-.inf";
  }
  std::string text = shortest(value);
  if (!text.contains('.')) {
    text.insert(std::min(text.find('e'), text.size()), ".0");
  }
  return text;
}

class YamlWriter {
 public:
  std::string write(const Value& value) {
    write_root(value);
    return std::move(out_);
  }

 private:
  static bool is_block(const Value& value) {
    const Object* object = value.as_object();
    const Array* array = value.as_array();
    return (object != nullptr && !object->empty()) || (array != nullptr && !array->empty());
  }

  void write_root(const Value& value) {
    if (is_block(value)) {
      write_block(value, 0);
    } else {
      write_scalar(value, 0);
      out_ += '\n';
    }
  }

  /// Writes a container whose first line already stands at its indentation.
  void write_block(const Value& value, std::size_t indent) {
    bool first = true;
    const auto start_line = [&] {
      if (!first) {
        out_.append(indent, ' ');
      }
      first = false;
    };
    if (const Object* object = value.as_object()) {
      for (const Member& member : *object) {
        start_line();
        write_member(member, indent);
      }
      return;
    }
    for (const Value& element : *value.as_array()) {
      start_line();
      write_element(element, indent);
    }
  }

  void write_member(const Member& member, std::size_t indent) {
    out_ += flow_string(member.key) + ":";
    if (is_block(member.value)) {
      const std::size_t inner = member.value.as_array() != nullptr ? indent : indent + 2;
      out_ += '\n';
      out_.append(inner, ' ');
      write_block(member.value, inner);
      return;
    }
    out_ += ' ';
    write_scalar(member.value, indent + 2);
    out_ += '\n';
  }

  void write_element(const Value& element, std::size_t indent) {
    out_ += "- ";
    if (is_block(element)) {
      write_block(element, indent + 2);
      return;
    }
    write_scalar(element, indent + 2);
    out_ += '\n';
  }

  /// Anything that starts on the current line; the lines of a literal go to `indent`. The final line break is left out.
  void write_scalar(const Value& value, std::size_t indent) {
    switch (value.type()) {
      case Value::Type::kNull:
      case Value::Type::kBool:
      case Value::Type::kInt:
        out_ += plain_text(value);
        break;
      case Value::Type::kFloat:
        out_ += float_text(*value.as_float());
        break;
      case Value::Type::kString:
        write_string(*value.as_string(), indent);
        break;
      case Value::Type::kArray:
        out_ += "[]";
        break;
      case Value::Type::kObject:
        out_ += "{}";
        break;
    }
  }

  void write_string(std::string_view text, std::size_t indent) {
    if (text.contains('\n') && all_printable(text) && can_be_literal(text)) {
      write_literal(text, std::max<std::size_t>(indent, 2));
    } else {
      out_ += flow_string(text);
    }
  }

  void write_literal(std::string_view text, std::size_t indent) {
    const std::size_t breaks = text.size() - 1 - text.find_last_not_of('\n');
    out_ += breaks == 0 ? "|-" : (breaks == 1 ? "|" : "|+");
    if (breaks > 0) {
      text.remove_suffix(1);
    }
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      out_ += '\n';
      if (end > start) {
        out_.append(indent, ' ');
      }
      out_ += text.substr(start, end - start);
      start = end + 1;
    }
  }

  std::string out_;
};

}  // namespace

std::string write_yaml(const Value& value) { return YamlWriter().write(value); }

std::string write_yaml(const std::vector<Value>& documents) {
  std::string out;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    out += (i == 0 ? "" : "---\n") + write_yaml(documents[i]);
  }
  return out;
}

}  // namespace dynamo
