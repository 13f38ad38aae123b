#include "doc/json/parser.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "doc/reader_errors.h"
#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

/// Room that an object starts with, rather than moving its first members again and again.
constexpr std::size_t kUsualMembers = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-' || c == '+';
}

/// The keys of one object and the lines they stand in. Few keys are searched one by one; for many there is an index.
class Keys {
 public:
  /// The line of the same key before it in `object`, or nothing.
  std::optional<int> line_of(const Object& object, const std::string& key) {
    if (object.size() < kFew) {
      const auto twin = std::ranges::find(object, key, &Member::key);
      return twin == object.end() ? std::nullopt : std::optional(twin->key_mark.line);
    }
    for (; indexed_ < object.size(); ++indexed_) {
      lines_.emplace(object[indexed_].key, object[indexed_].key_mark.line);
    }
    const auto twin = lines_.find(key);
    return twin == lines_.end() ? std::nullopt : std::optional(twin->second);
  }

 private:
  static constexpr std::size_t kFew = 24;
  std::unordered_map<std::string, int> lines_;
  std::size_t indexed_ = 0;
};

/// A recursive descent over RFC 8259. Each parse function returns false once the text cannot be read on; the reason is
/// then the last diagnostic.
class JsonParser {
 public:
  JsonParser(const SourceText& source, const ReadLimits& limits)
      : source_(source), text_(source.text()), limits_(limits) {}

  JsonStream parse(JsonValues expected) {
    skip_blanks();
    do {
      Value value;
      const std::size_t errors = stream_.diagnostics.error_count();
      if (!parse_value(value, 0)) {
        break;
      }
      if (stream_.diagnostics.error_count() == errors) {
        stream_.values.push_back(std::move(value));
      }
      skip_blanks();
      if (!at_end() && expected == JsonValues::kExactlyOne) {
        fail("there is more text after the end of the JSON value", "keep one value");
        break;
      }
    } while (!at_end());
    return std::move(stream_);
  }

 private:
  [[nodiscard]] bool at_end() const { return offset_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[offset_]; }

  void skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')) {
      ++offset_;
    }
  }

  bool fail(std::string reason, std::string hint = {}) { return fail_at(offset_, std::move(reason), std::move(hint)); }

  bool fail_at(std::size_t offset, std::string reason, std::string hint = {}) {
    Diagnostic error = source_.error(DiagnosticCode::kInvalid, "document.syntax", std::move(reason), offset);
    error.hint = std::move(hint);
    error.path = path_;
    stream_.diagnostics.add(std::move(error));
    stream_.is_json = false;
    return false;
  }

  bool refuse(Diagnostic error) {
    error.path = path_;
    stream_.diagnostics.add(std::move(error));
    return false;
  }

  bool parse_value(Value& value, std::size_t depth) {
    if (++nodes_ > limits_.nodes) {
      return refuse(too_many_nodes_error(source_, offset_, limits_));
    }
    if (passing_ != 0) {
      return parse_content(value, depth);
    }
    const std::size_t start = offset_;
    const bool container = peek() == '{' || peek() == '[';
    // Before what is inside: positions are found fast in ascending order.
    const SourceMark mark = container ? source_.mark(start) : SourceMark{};
    const bool good = parse_content(value, depth);
    value.mark = container ? mark : source_.mark(start, good ? offset_ - start : 0);
    return good;
  }

  bool parse_content(Value& value, std::size_t depth) {
    switch (peek()) {
      case '{':
        return parse_container(value, depth, &JsonParser::parse_object);
      case '[':
        return parse_container(value, depth, &JsonParser::parse_array);
      case '"':
        return parse_string_value(value);
      default:
        return at_end() ? fail("the text ends where a value should be") : parse_word(value);
    }
  }

  bool parse_container(Value& value, std::size_t depth, bool (JsonParser::*parse)(Value&, std::size_t)) {
    if (depth >= limits_.depth) {
      return refuse(too_deep_error(source_, offset_, limits_));
    }
    ++offset_;
    skip_blanks();
    return (this->*parse)(value, depth + 1);
  }

  bool parse_array(Value& value, std::size_t depth) {
    Array array;
    Value passed;
    for (std::size_t index = 0; peek() != ']' || index > 0; ++index) {
      const std::size_t parent = path_.size();
      path_ += "[" + std::to_string(index) + "]";
      if (!parse_value(passing_ == 0 ? array.emplace_back() : passed, depth)) {
        return false;
      }
      path_.resize(parent);
      if (const auto more = after_item(']')) {
        if (!*more) {
          break;
        }
      } else {
        return false;
      }
    }
    ++offset_;
    value = std::move(array);
    return true;
  }

  bool parse_object(Value& value, std::size_t depth) {
    Object object;
    if (passing_ == 0) {
      object.reserve(kUsualMembers);
    }
    Keys keys;
    bool first = true;
    while (peek() != '}' || !first) {
      first = false;
      if (!parse_member(object, keys, depth)) {
        return false;
      }
      if (const auto more = after_item('}')) {
        if (!*more) {
          break;
        }
      } else {
        return false;
      }
    }
    ++offset_;
    value = std::move(object);
    return true;
  }

  /// Goes past the comma to the next item; false at the closing bracket, nothing after an error.
  std::optional<bool> after_item(char close) {
    skip_blanks();
    if (peek() == close) {
      return false;
    }
    if (peek() != ',') {
      fail(std::string("expected `,` or `") + close + "`");
      return std::nullopt;
    }
    const std::size_t comma = offset_++;
    skip_blanks();
    if (peek() == close) {
      fail_at(comma, "JSON allows no comma before the closing bracket", "remove the comma");
      return std::nullopt;
    }
    return true;
  }

  /// Its value is only looked at for its grammar: it will not be kept.
  bool parse_passed(std::size_t depth) {
    Value passed;
    ++passing_;
    const bool good = parse_value(passed, depth);
    --passing_;
    return good;
  }

  bool parse_member(Object& object, Keys& keys, std::size_t depth) {
    Member member;
    const std::size_t start = offset_;
    if (peek() != '"') {
      return fail("expected a key in double quotes");
    }
    if (!parse_string(member.key)) {
      return false;
    }
    const std::size_t parent = path_.size();
    if (!path_.empty()) {
      path_ += '.';
    }
    path_ += member.key;
    const bool pass = passing_ != 0 || (!limits_.passed_over.empty() && path_.ends_with(limits_.passed_over));
    if (!pass) {
      member.key_mark = source_.mark(start, offset_ - start);
    }
    const std::optional<int> twin = keys.line_of(object, member.key);
    if (twin) {
      refuse(duplicate_key_error(source_, start, member.key, *twin));
    }
    skip_blanks();
    if (peek() != ':') {
      return fail("expected `:` after the key");
    }
    ++offset_;
    skip_blanks();
    if (!(pass ? parse_passed(depth) : parse_value(member.value, depth))) {
      return false;
    }
    path_.resize(parent);
    if (!twin && !pass) {
      object.push_back(std::move(member));
    }
    return stream_.diagnostics.error_count() < kMostFindings;
  }

  bool parse_string_value(Value& value) {
    std::string text;
    if (!parse_string(text)) {
      return false;
    }
    value = std::move(text);
    return true;
  }

  bool parse_string(std::string& out) {
    const std::size_t start = offset_++;
    while (!at_end()) {
      const std::size_t end = end_of_plain_text();
      out += text_.substr(offset_, end - offset_);
      offset_ = end;
      if (peek() == '"') {
        ++offset_;
        return true;
      }
      if (peek() != '\\') {
        break;
      }
      if (!parse_escape(out)) {
        return false;
      }
    }
    if (peek() == '\t') {
      return fail("a tab inside a string must be written as \\t");
    }
    return fail_at(start, "the string has no closing quote on its line");
  }

  /// Where the next quote, backslash, line break or tab stands.
  [[nodiscard]] std::size_t end_of_plain_text() const {
    static constexpr auto kEnds = [] {
      std::array<bool, 256> ends{};
      for (const char c : {'"', '\\', '\n', '\r', '\t'}) {
        ends[static_cast<unsigned char>(c)] = true;
      }
      return ends;
    }();
    std::size_t end = offset_;
    while (end < text_.size() && !kEnds[static_cast<unsigned char>(text_[end])]) {
      ++end;
    }
    return end;
  }

  bool parse_escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t start = offset_++;
    const char name = peek();
    if (name == 'u') {
      ++offset_;
      return parse_unicode_escape(out, start);
    }
    const std::size_t index = at_end() ? std::string_view::npos : kNames.find(name);
    if (index == std::string_view::npos) {
      return fail_at(start, "unknown escape in a string", "write a backslash as \\\\");
    }
    out += kMeanings[index];
    ++offset_;
    return true;
  }

  bool parse_unicode_escape(std::string& out, std::size_t start) {
    const auto first = parse_hex4();
    if (!first) {
      return fail_at(start, "\\u needs four hexadecimal digits");
    }
    char32_t code = *first;
    if (code >= 0xD800 && code <= 0xDBFF && text_.substr(offset_).starts_with("\\u")) {
      offset_ += 2;
      const auto second = parse_hex4();
      if (second && *second >= 0xDC00 && *second <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10U) + (*second - 0xDC00);
      }
    }
    if (code >= 0xD800 && code <= 0xDFFF) {
      return fail_at(start, "half of a surrogate pair is no character");
    }
    append_utf8(out, code);
    return true;
  }

  std::optional<char32_t> parse_hex4() {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    char32_t code = 0;
    for (int i = 0; i < 4; ++i, ++offset_) {
      const std::size_t digit = at_end() ? std::string_view::npos : kDigits.find(text_[offset_]);
      if (digit == std::string_view::npos) {
        return std::nullopt;
      }
      code = code * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
    }
    return code;
  }

  bool parse_word(Value& value) {
    std::size_t end = offset_;
    while (end < text_.size() && is_word(text_[end])) {
      ++end;
    }
    const std::string_view word = text_.substr(offset_, end - offset_);
    if (word == "true" || word == "false") {
      value = word == "true";
    } else if (word == "null") {
      value = nullptr;
    } else if (!parse_number(word, value)) {
      return fail_word(word);
    }
    offset_ = end;
    return true;
  }

  bool fail_word(std::string_view word) {
    if (peek() == '\'') {
      return fail("JSON strings stand in double quotes");
    }
    if (peek() == '/' || peek() == '#') {
      return fail("JSON has no comments");
    }
    return word.empty() ? fail("expected a value")
                        : fail("`" + std::string(word.substr(0, 40)) + "` is no JSON value",
                               "strings stand in double quotes; numbers are decimal and finite");
  }

  static bool parse_number(std::string_view word, Value& value) {
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

  /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?`
  static bool has_number_form(std::string_view word) {
    const auto take_digits = [&] {
      const std::size_t count = std::min(word.find_first_not_of("0123456789"), word.size());
      word.remove_prefix(count);
      return count;
    };
    if (word.starts_with('-')) {
      word.remove_prefix(1);
    }
    const bool zero_first = word.starts_with('0');
    const std::size_t whole = take_digits();
    if (whole == 0 || (zero_first && whole > 1)) {
      return false;
    }
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (take_digits() == 0) {
        return false;
      }
    }
    if (word.starts_with('e') || word.starts_with('E')) {
      word.remove_prefix(1);
      if (word.starts_with('+') || word.starts_with('-')) {
        word.remove_prefix(1);
      }
      return take_digits() > 0 && word.empty();
    }
    return word.empty();
  }

  const SourceText& source_;
  std::string_view text_;
  const ReadLimits& limits_;
  JsonStream stream_;
  std::string path_;
  std::size_t offset_ = 0;
  std::size_t nodes_ = 0;
  int passing_ = 0;   ///< above 0 inside a value that is not kept
};

}  // namespace

JsonStream parse_json(const SourceText& source, JsonValues expected, const ReadLimits& limits) {
  return JsonParser(source, limits).parse(expected);
}

}  // namespace dynamo
