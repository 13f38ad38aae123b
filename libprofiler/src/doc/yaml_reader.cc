#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "doc/json_parser.h"
#include "doc/reader_errors.h"
#include "doc/source_text.h"
#include "doc/yaml_scalar.h"
#include "doc/yaml_split.h"
#include "dynamo/profiler/document_io.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// Thrown out of an event to make yaml-cpp stop; caught where the parser is called.
struct Stop {};

/// How much of the node limit a whole text has used.
struct NodeBudget {
  std::size_t used = 0;
  std::size_t limit = 0;
};

/// A value with what the limits need to know about it.
struct Node {
  Value value;
  std::size_t count = 1;   ///< values in it, itself included
  std::size_t height = 0;  ///< containers on the longest way down, itself included
};

/// The text of a key; Kubernetes turns numbers and booleans into their JSON text.
std::optional<std::string> key_text(const Value& key) {
  if (const std::string* text = key.as_string()) {
    return *text;
  }
  if (const bool* flag = key.as_bool()) {
    return *flag ? "true" : "false";
  }
  if (const std::int64_t* integer = key.as_int()) {
    return std::to_string(*integer);
  }
  if (const double* number = key.as_float()) {
    return shortest(*number);
  }
  return std::nullopt;
}

/// Whether a resolved value has the type that an explicit tag demands; an integer may become a float.
bool convert_to_tag(std::string_view type, Value& value) {
  switch (value.type()) {
    case Value::Type::kNull:
      return type == "null";
    case Value::Type::kBool:
      return type == "bool";
    case Value::Type::kInt:
      if (type == "float") {
        value = value.number_or(0);
      }
      return type == "int" || type == "float";
    case Value::Type::kFloat:
      return type == "float";
    default:
      return false;
  }
}

bool is_scalar_tag(std::string_view type) {
  return type == "null" || type == "bool" || type == "int" || type == "float";
}

/// The byte that a mark of yaml-cpp means. It sets some behind the end of the text.
std::size_t source_offset(const SourceText& source, std::size_t chunk_offset, const YAML::Mark& mark) {
  const std::size_t offset = chunk_offset + static_cast<std::size_t>(std::max(mark.pos, 0));
  return std::min(offset, source.text().size());
}

/// Builds the tree of one document out of yaml-cpp's events. Mistakes that leave the structure intact are collected; the
/// others stop the parser.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, const YamlChunk& chunk, const ReadLimits& limits, NodeBudget& budget)
      : source_(source), chunk_offset_(chunk.offset), chunk_size_(chunk.text.size()), limits_(limits), budget_(budget) {}

  [[nodiscard]] std::optional<Value>& root() { return root_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

  void add_error(Diagnostic error) {
    error.path = path();
    diagnostics_.add(std::move(error));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (root_) {
      stop(source_.error(DiagnosticCode::kInvalid,
                         "document.syntax",
                         "this line does not continue the document above it",
                         offset_of(mark)));
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t offset = offset_of(mark);
    const bool in_list = !frames_.empty() && frames_.back().is_flow && frames_.back().node.value.as_array() != nullptr;
    if (in_list && rest_of_chunk(offset).starts_with(',')) {
      stop(source_.error(
          DiagnosticCode::kInvalid, "document.syntax", "a value is missing before this comma", offset));
    }
    add_scalar(nullptr, offset, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      stop(source_.error(
          DiagnosticCode::kInvalid, "document.syntax", "an alias stands inside the value it refers to", offset_of(mark)));
    }
    spend(known->second.count, offset_of(mark));
    if (frames_.size() + known->second.height > limits_.depth) {
      stop(too_deep_error(source_, offset_of(mark), limits_));
    }
    Node copy = known->second;
    copy.value.mark = source_.mark(offset_of(mark));
    add(std::move(copy), offset_of(mark));
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& text) override {
    const std::size_t offset = offset_of(mark);
    const bool is_key = !frames_.empty() && frames_.back().expects_key();
    require_closed_quote(offset);
    if (is_key && tag == "?" && !frames_.back().is_flow) {
      require_colon(offset, text);
    }
    if (is_key && ((tag == "?" && text == "<<") || tag == std::string(kTagPrefix) + "merge")) {
      spend(1, offset);
      refuse_merge_key(offset);
      return;
    }
    add_scalar(scalar_value(tag, text, offset), offset, anchor, text.size());
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Array(), "seq", tag, mark, anchor);
    frames_.back().is_flow = style == YAML::EmitterStyle::Flow;
  }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Object(), "map", tag, mark, anchor);
    frames_.back().is_flow = style == YAML::EmitterStyle::Flow;
  }

  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::size_t offset = 0;
    bool is_flow = false;
    Member pending;           ///< the key that waits for its value
    bool has_key = false;
    bool drops_value = false;  ///< the pending key was refused
    std::unordered_map<std::string, int> key_lines;

    [[nodiscard]] bool expects_key() const { return node.value.as_object() != nullptr && !has_key; }
  };

  [[nodiscard]] std::size_t offset_of(const YAML::Mark& mark) const {
    return source_offset(source_, chunk_offset_, mark);
  }

  [[noreturn]] void stop(Diagnostic error) {
    add_error(std::move(error));
    throw Stop();
  }

  void report(Diagnostic error) {
    add_error(std::move(error));
    if (diagnostics_.error_count() >= kMostFindings) {
      throw Stop();
    }
  }

  void spend(std::size_t nodes, std::size_t offset) {
    budget_.used += nodes;
    if (budget_.used > budget_.limit) {
      stop(too_many_nodes_error(source_, offset, limits_));
    }
  }

  /// The path to the value being read, such as `spec.workers[0].image`.
  [[nodiscard]] std::string path() const {
    std::string path;
    for (const Frame& frame : frames_) {
      if (const Array* array = frame.node.value.as_array()) {
        path += "[" + std::to_string(array->size()) + "]";
      } else if (frame.has_key) {
        path += (path.empty() ? "" : ".") + frame.pending.key;
      }
    }
    return path;
  }

  Value scalar_value(const std::string& tag, const std::string& text, std::size_t offset) {
    if (tag == "?") {
      return resolve_plain_scalar(text);
    }
    const bool standard = tag.starts_with(kTagPrefix);
    const std::string type = standard ? tag.substr(kTagPrefix.size()) : "";
    if (tag == "!" || type == "str") {
      return text;
    }
    if (!is_scalar_tag(type)) {
      refuse_tag(tag, offset);
      return text;
    }
    Value value = resolve_plain_scalar(text);
    if (!convert_to_tag(type, value)) {
      Diagnostic error =
          source_.error(DiagnosticCode::kTypeInvalid, "document.tag", "the value is no `!!" + type + "`", offset);
      error.bad_value = text;
      error.hint = "remove the tag or correct the value";
      report(std::move(error));
    }
    return value;
  }

  /// The parser ends a quoted text at the end of the document without a word.
  void require_closed_quote(std::size_t offset) {
    const std::string_view rest = after_properties(rest_of_chunk(offset));
    const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
    if (quoted && quoted_length(rest) == std::string_view::npos) {
      Diagnostic error =
          source_.error(DiagnosticCode::kInvalid, "document.syntax", "the quoted text is not closed", offset);
      error.hint = std::string("add the missing ") + rest[0];
      stop(std::move(error));
    }
  }

  /// The parser takes a line without a colon for a key without a value; no other reader does.
  void require_colon(std::size_t offset, const std::string& key) {
    const std::string_view before = source_.text().substr(chunk_offset_, offset - chunk_offset_);
    const std::size_t last = before.find_last_not_of(" \t");
    const bool explicit_key = last != std::string_view::npos && before[last] == '?';
    std::string_view rest = after_properties(rest_of_chunk(offset));
    if (explicit_key || key.empty()) {
      return;
    }
    const bool verbatim = rest.starts_with(key);
    rest.remove_prefix(verbatim ? key.size() : 0);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!verbatim || !rest.starts_with(':')) {
      Diagnostic error =
          source_.error(DiagnosticCode::kInvalid, "document.syntax", "expected `key: value` in this line", offset);
      error.hint = "add the colon, or indent the line if it goes on the text above";
      stop(std::move(error));
    }
  }

  void refuse_tag(const std::string& tag, std::size_t offset) {
    const bool standard = tag.starts_with(kTagPrefix);
    Diagnostic error = source_.error(DiagnosticCode::kInvalid, "document.tag", "this tag is not known", offset);
    error.bad_value = standard ? "!!" + tag.substr(kTagPrefix.size()) : tag;
    error.hint = "remove the tag; the known ones are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map";
    report(std::move(error));
  }

  void refuse_merge_key(std::size_t offset) {
    Frame& frame = frames_.back();
    Diagnostic error = source_.error(
        DiagnosticCode::kForbidden, "document.merge_key", "merge keys (`<<`) are not supported", offset);
    error.bad_value = "<<";
    error.hint = "write the merged keys out";
    report(std::move(error));
    frame.pending.key = "<<";
    frame.has_key = true;
    frame.drops_value = true;
  }

  void add_scalar(Value value, std::size_t offset, YAML::anchor_t anchor, std::size_t text_size = 0) {
    spend(1, offset);
    const bool is_value = !frames_.empty() && frames_.back().has_key;
    if (value.is_null() && text_size == 0 && is_value && !shows_null(offset)) {
      value.mark = frames_.back().pending.key_mark;
    } else {
      value.mark = source_.mark(offset, written_length(offset, text_size));
    }
    Node node{.value = std::move(value)};
    remember(anchor, node, offset);
    add(std::move(node), offset);
  }

  /// The parser gives a value that was left out the position of what follows it.
  [[nodiscard]] bool shows_null(std::size_t offset) const {
    const std::string_view rest = source_.text().substr(offset);
    return rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") || rest.starts_with("NULL");
  }

  [[nodiscard]] std::string_view rest_of_chunk(std::size_t offset) const {
    const std::size_t end = chunk_offset_ + chunk_size_;
    return offset < end ? source_.text().substr(offset, end - offset) : std::string_view();
  }

  /// What follows the anchor and the tag that may stand before a scalar.
  static std::string_view after_properties(std::string_view rest) {
    while (rest.starts_with('&') || rest.starts_with('!')) {
      rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
    }
    return rest;
  }

  /// Bytes to underline: the scalar with its quotes as far as it stands on one line; 0 for block scalars.
  [[nodiscard]] std::size_t written_length(std::size_t offset, std::size_t text_size) const {
    const std::string_view rest = rest_of_chunk(offset);
    if (rest.empty() || std::string_view("|>&!\r\n").contains(rest[0])) {
      return 0;
    }
    const bool quoted = rest[0] == '"' || rest[0] == '\'';
    const std::size_t whole = quoted ? quoted_length(rest) : (text_size > 0 ? text_size : (rest[0] == '~' ? 1 : 4));
    const std::string_view written = rest.substr(0, whole);
    return std::min(written.find_first_of("\r\n"), written.size());
  }

  /// Length of the quoted text that `rest` starts with, its quotes included; npos when it is not closed.
  static std::size_t quoted_length(std::string_view rest) {
    const char quote = rest[0];
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (quote == '"' && rest[i] == '\\') {
        ++i;
      } else if (rest[i] == quote) {
        if (quote == '"' || i + 1 == rest.size() || rest[i + 1] != quote) {
          return i + 1;
        }
        ++i;
      }
    }
    return std::string_view::npos;
  }

  void open(Value container, std::string_view type, const std::string& tag, const YAML::Mark& mark,
            YAML::anchor_t anchor) {
    const std::size_t offset = offset_of(mark);
    spend(1, offset);
    if (frames_.size() >= limits_.depth) {
      stop(too_deep_error(source_, offset, limits_));
    }
    if (tag != "?" && tag != "!" && tag != std::string(kTagPrefix) + std::string(type)) {
      refuse_tag(tag, offset);
    }
    Frame& frame = frames_.emplace_back();
    frame.node.value = std::move(container);
    frame.node.value.mark = source_.mark(offset);
    frame.node.height = 1;
    frame.anchor = anchor;
    frame.offset = offset;
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    remember(frame.anchor, frame.node, frame.offset);
    add(std::move(frame.node), frame.offset);
  }

  /// The copy kept for aliases counts as nodes too: nested anchors would otherwise multiply memory unseen.
  void remember(YAML::anchor_t anchor, const Node& node, std::size_t offset) {
    if (anchor != 0) {
      spend(node.count, offset);
      anchors_.insert_or_assign(anchor, node);
    }
  }

  void add(Node node, std::size_t offset) {
    if (frames_.empty()) {
      root_ = std::move(node.value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.expects_key()) {
      take_key(frame, node.value, offset);
      return;
    }
    frame.node.count += node.count;
    frame.node.height = std::max(frame.node.height, node.height + 1);
    if (frame.node.value.as_array() != nullptr) {
      frame.node.value.push(std::move(node.value));
    } else {
      take_value(frame, std::move(node.value));
    }
  }

  void take_key(Frame& frame, const Value& key, std::size_t offset) {
    const std::optional<std::string> text = key_text(key);
    if (!text) {
      report(source_.error(DiagnosticCode::kTypeInvalid, "document.syntax", "a key must be a text", offset));
    }
    frame.pending.key = text.value_or("?");
    frame.pending.key_mark = key.mark;
    frame.has_key = true;
    frame.drops_value = !text;
    const auto [known, added] = frame.key_lines.emplace(frame.pending.key, key.mark.line);
    if (text && !added) {
      frame.drops_value = true;
      Diagnostic error = duplicate_key_error(source_, offset, *text, known->second);
      error.mark.length = key.mark.length;
      report(std::move(error));
    }
  }

  static void take_value(Frame& frame, Value value) {
    if (!frame.drops_value) {
      frame.pending.value = std::move(value);
      frame.node.value.as_object()->push_back(std::move(frame.pending));
    }
    frame.pending = Member();
    frame.has_key = false;
    frame.drops_value = false;
  }

  const SourceText& source_;
  std::size_t chunk_offset_;
  std::size_t chunk_size_;
  const ReadLimits& limits_;
  NodeBudget& budget_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::optional<Value> root_;
  Diagnostics diagnostics_;
};

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

/// The parser's terse message in words of the user's text.
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

Diagnostic syntax_error(const SourceText& source, std::size_t chunk_offset, const YAML::Exception& exception) {
  const std::size_t offset = source_offset(source, chunk_offset, exception.mark);
  Diagnostic error = source.error(DiagnosticCode::kInvalid, "document.syntax", syntax_reason(exception.msg), offset);
  error.hint = syntax_hint(source, offset);
  return error;
}

class StreamReader {
 public:
  StreamReader(const SourceText& source, const ReadLimits& limits)
      : source_(source), limits_(limits), budget_{.used = 0, .limit = limits.nodes} {}

  ReadResult read() {
    if (!read_as_json()) {
      for (const YamlChunk& chunk : split_yaml(source_.text())) {
        read_chunk(chunk);
        if (budget_.used > budget_.limit) {
          break;
        }
      }
    }
    if (result_.documents.empty() && result_.diagnostics.empty()) {
      Diagnostic error = source_.error(DiagnosticCode::kRequired, "document.empty", "the text holds no document", 0);
      error.mark = {};
      error.hint = "check that this is the file you meant";
      result_.diagnostics.add(std::move(error));
    }
    return std::move(result_);
  }

 private:
  /// As kubectl: a text that opens with a brace is JSON, perhaps several values, unless its grammar says otherwise. YAML
  /// would refuse surrogate pairs in JSON strings.
  bool read_as_json() {
    const std::size_t first = source_.text().find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || source_.text()[first] != '{') {
      return false;
    }
    JsonStream stream = parse_json(source_, JsonValues::kAnyNumber, limits_);
    if (!stream.is_json) {
      return false;
    }
    for (Value& value : stream.values) {
      keep(std::move(value));
    }
    result_.diagnostics.append(stream.diagnostics);
    return true;
  }

  void read_chunk(const YamlChunk& chunk) {
    ++budget_.used;
    TreeBuilder builder(source_, chunk, limits_, budget_);
    parse_chunk(chunk, builder);
    if (!builder.diagnostics().has_errors() && builder.root()) {
      keep(*std::move(builder.root()));
    }
    result_.diagnostics.append(builder.diagnostics());
  }

  /// The only place where yaml-cpp runs: its exceptions end here.
  void parse_chunk(const YamlChunk& chunk, TreeBuilder& builder) {
    try {
      std::istringstream stream{std::string(chunk.text)};
      YAML::Parser parser(stream);
      while (parser.HandleNextDocument(builder)) {
      }
    } catch (const Stop&) {
      return;
    } catch (const YAML::DeepRecursion& exception) {
      builder.add_error(too_deep_error(source_, source_offset(source_, chunk.offset, exception.mark), limits_));
    } catch (const YAML::Exception& exception) {
      builder.add_error(syntax_error(source_, chunk.offset, exception));
    } catch (const std::exception& exception) {
      builder.add_error(source_.error(
          DiagnosticCode::kInternal, "document.syntax", std::string("YAML parser: ") + exception.what(), chunk.offset));
    }
  }

  void keep(Value root) {
    if (!root.is_null()) {
      result_.documents.push_back({.source = source_.name(), .root = std::move(root)});
    }
  }

  const SourceText& source_;
  const ReadLimits& limits_;
  NodeBudget budget_;
  ReadResult result_;
};

}  // namespace

ReadResult read_yaml(std::string_view text, std::string_view source, const ReadLimits& limits) {
  const SourceText source_text(without_byte_order_mark(text), source);
  if (auto error = check_source(source_text, TextRules::kYaml, limits.bytes)) {
    ReadResult result;
    result.diagnostics.add(*std::move(error));
    return result;
  }
  return StreamReader(source_text, limits).read();
}

}  // namespace dynamo
