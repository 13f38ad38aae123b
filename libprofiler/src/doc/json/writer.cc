#include <cmath>
#include <string>
#include <utility>

#include "doc/plain_text.h"
#include "dynamo/profiler/document_io.h"
#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

void append_control(std::string& out, char32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[code >> 4U];
  out += kHex[code & 0xFU];
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t offset = 0; offset < text.size();) {
    const Utf8Char character = decode_utf8(text, offset).value_or(Utf8Char{.code = 0xFFFD, .length = 1});
    offset += character.length;
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
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (character.code < 0x20) {
          append_control(out, character.code);
        } else {
          append_utf8(out, character.code);
        }
    }
  }
  out += '"';
}

/// A double always shows a point or an exponent, so that it reads back as a double.
std::string float_text(double value) {
  if (!std::isfinite(value)) {
    return "null";
  }
  const std::string text = shortest(value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style) : indented_(style == JsonStyle::kIndented) {}

  std::string write(const Value& value) {
    write_value(value, 0);
    return std::move(out_);
  }

 private:
  void write_value(const Value& value, std::size_t depth) {
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
        append_string(out_, *value.as_string());
        break;
      case Value::Type::kArray:
        write_array(*value.as_array(), depth);
        break;
      case Value::Type::kObject:
        write_object(*value.as_object(), depth);
        break;
    }
  }

  void write_array(const Array& array, std::size_t depth) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      start_item(i == 0, depth + 1);
      write_value(array[i], depth + 1);
    }
    end_items(array.empty(), depth);
    out_ += ']';
  }

  void write_object(const Object& object, std::size_t depth) {
    out_ += '{';
    for (std::size_t i = 0; i < object.size(); ++i) {
      start_item(i == 0, depth + 1);
      append_string(out_, object[i].key);
      out_ += indented_ ? ": " : ":";
      write_value(object[i].value, depth + 1);
    }
    end_items(object.empty(), depth);
    out_ += '}';
  }

  void start_item(bool first, std::size_t depth) {
    if (!first) {
      out_ += ',';
    }
    break_line(depth);
  }

  void end_items(bool none, std::size_t depth) {
    if (!none) {
      break_line(depth);
    }
  }

  void break_line(std::size_t depth) {
    if (indented_) {
      out_ += '\n';
      out_.append(2 * depth, ' ');
    }
  }

  bool indented_;
  std::string out_;
};

}  // namespace

std::string write_json(const Value& value, JsonStyle style) { return JsonWriter(style).write(value); }

}  // namespace dynamo
