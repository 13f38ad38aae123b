#include "doc/json/parser.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "doc/json/tokens.h"
#include "doc/reader_errors.h"

namespace dynamo {
namespace {

/// Room that an object starts with, rather than moving its first members again and again.
constexpr std::size_t kUsualMembers = 4;

/// The keys of one object and the lines they stand in. Few keys are searched one by one; for many there is an index.
class Keys {
 public:
  /// The line of the same key among the members before it, or nothing.
  std::optional<int> line_of(std::span<const Member> object, const std::string& key) {
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
        return at_end() ? fail("the text ends where a value should be") : is_read(read_json_word(text_, offset_, value));
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
    std::size_t index = 0;
    for (bool more = peek() != ']'; more; ++index) {
      const std::size_t parent = path_.size();
      path_ += "[" + std::to_string(index) + "]";
      if (!parse_value(array.emplace_back(), depth)) {
        return false;
      }
      path_.resize(parent);
      if (!goes_on(']', more)) {
        return false;
      }
    }
    ++offset_;
    value = std::move(array);
    return true;
  }

  bool parse_object(Value& value, std::size_t depth) {
    Object object;
    object.reserve(kUsualMembers);
    Keys keys;
    for (bool more = peek() != '}'; more;) {
      if (!parse_member(object, keys, depth) || !goes_on('}', more)) {
        return false;
      }
    }
    ++offset_;
    value = std::move(object);
    return true;
  }

  /// after_item() into `more`; false after an error.
  bool goes_on(char close, bool& more) {
    const std::optional<bool> next = after_item(close);
    more = next.value_or(false);
    return next.has_value();
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

  bool parse_member(Object& object, Keys& keys, std::size_t depth) {
    Member& member = object.emplace_back();
    const std::size_t start = offset_;
    if (!parse_key(member.key)) {
      return false;
    }
    const std::size_t parent = path_.size();
    if (!path_.empty()) {
      path_ += '.';
    }
    path_ += member.key;
    member.key_mark = source_.mark(start, offset_ - start);
    const std::optional<int> twin = keys.line_of(std::span(object).first(object.size() - 1), member.key);
    if (twin) {
      refuse(duplicate_key_error(source_, start, member.key, *twin));
    }
    const bool pass = is_passed_over();
    if (!parse_colon() || !(pass ? pass_value(depth) : parse_value(member.value, depth))) {
      return false;
    }
    path_.resize(parent);
    if (twin || pass) {
      object.pop_back();
    }
    return stream_.diagnostics.error_count() < kMostFindings;
  }

  bool parse_key(std::string& key) { return peek() == '"' ? parse_string(key) : fail("expected a key in double quotes"); }

  bool parse_colon() {
    skip_blanks();
    if (peek() != ':') {
      return fail("expected `:` after the key");
    }
    ++offset_;
    skip_blanks();
    return true;
  }

  [[nodiscard]] bool is_passed_over() const {
    return std::ranges::find(limits_.passed_over, path_) != limits_.passed_over.end();
  }

  // What is passed over is only looked at for its grammar: nothing of it is kept, and its errors name where it begins. ----

  bool pass_value(std::size_t depth) {
    if (++nodes_ > limits_.nodes) {
      return refuse(too_many_nodes_error(source_, offset_, limits_));
    }
    Value word;
    switch (peek()) {
      case '{':
        return parse_container(word, depth, &JsonParser::pass_object);
      case '[':
        return parse_container(word, depth, &JsonParser::pass_array);
      case '"':
        passed_.clear();
        return parse_string(passed_);
      default:
        return parse_content(word, depth);
    }
  }

  bool pass_array(Value&, std::size_t depth) {
    for (bool more = peek() != ']'; more;) {
      if (!pass_value(depth) || !goes_on(']', more)) {
        return false;
      }
    }
    ++offset_;
    return true;
  }

  bool pass_object(Value&, std::size_t depth) {
    for (bool more = peek() != '}'; more;) {
      passed_.clear();
      if (!parse_key(passed_) || !parse_colon() || !pass_value(depth) || !goes_on('}', more)) {
        return false;
      }
    }
    ++offset_;
    return true;
  }

  bool parse_string_value(Value& value) {
    std::string text;
    if (!parse_string(text)) {
      return false;
    }
    value = std::move(text);
    return true;
  }

  bool parse_string(std::string& out) { return is_read(read_json_string(text_, offset_, out)); }

  bool is_read(std::optional<Misread> misread) {
    return !misread || fail_at(misread->offset, std::move(misread->reason), std::move(misread->hint));
  }

  const SourceText& source_;
  std::string_view text_;
  const ReadLimits& limits_;
  JsonStream stream_;
  std::string path_;
  std::size_t offset_ = 0;
  std::size_t nodes_ = 0;
  std::string passed_;   ///< the last text passed over
};

}  // namespace

JsonStream parse_json(const SourceText& source, JsonValues expected, const ReadLimits& limits) {
  return JsonParser(source, limits).parse(expected);
}

}  // namespace dynamo
