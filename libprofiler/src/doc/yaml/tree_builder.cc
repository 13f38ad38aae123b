#include "doc/yaml/tree_builder.h"

#include <algorithm>
#include <utility>

#include "doc/plain_text.h"
#include "doc/reader_errors.h"
#include "doc/yaml/scalar.h"
#include "doc/yaml/tag.h"
#include "doc/yaml/written_scalar.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

/// yaml-cpp's word for a plain scalar without a tag, and for a quoted one.
constexpr std::string_view kPlain = "?", kQuoted = "!";
constexpr std::string_view kMergeKey = "<<";

/// The text of a key; Kubernetes turns numbers and booleans into their JSON text.
std::optional<std::string> key_text(const Value& key) {
  if (const std::string* text = key.as_string()) {
    return *text;
  }
  if (key.as_bool() != nullptr || key.as_int() != nullptr) {
    return plain_text(key);
  }
  if (const double* number = key.as_float()) {
    return shortest(*number);
  }
  return std::nullopt;
}

}  // namespace

std::size_t TreeBuilder::offset_of(const YAML::Mark& mark) const {
  const std::size_t offset = chunk_.offset + static_cast<std::size_t>(std::max(mark.pos, 0));
  return std::min(offset, source_.text().size());
}

std::string_view TreeBuilder::rest_of_chunk(std::size_t offset) const {
  const std::size_t end = chunk_.offset + chunk_.text.size();
  return offset < end ? source_.text().substr(offset, end - offset) : std::string_view();
}

/// The path to the value being read, such as `spec.workers[0].image`.
std::string TreeBuilder::path() const {
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

// ---- Errors and limits

void TreeBuilder::add_error(Diagnostic error) {
  error.path = path();
  diagnostics_.add(std::move(error));
}

void TreeBuilder::stop(Diagnostic error) {
  add_error(std::move(error));
  throw Stop();
}

void TreeBuilder::stop(std::string reason, std::size_t offset, std::string hint) {
  Diagnostic error = source_.error(DiagnosticCode::kInvalid, "document.syntax", std::move(reason), offset);
  error.hint = std::move(hint);
  stop(std::move(error));
}

void TreeBuilder::report(Diagnostic error) {
  add_error(std::move(error));
  if (diagnostics_.error_count() >= kMostFindings) {
    throw Stop();
  }
}

void TreeBuilder::spend(std::size_t nodes, std::size_t offset) {
  budget_.used += nodes;
  if (budget_.used > budget_.limit) {
    stop(too_many_nodes_error(source_, offset, limits_));
  }
}

// ---- Events

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (root_) {
    stop("this line does not continue the document above it", offset_of(mark));
  }
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t offset = offset_of(mark);
  const bool in_list = !frames_.empty() && frames_.back().is_flow && frames_.back().is_list();
  if (in_list && rest_of_chunk(offset).starts_with(',')) {
    stop("a value is missing before this comma", offset);
  }
  add_scalar(nullptr, offset, anchor);
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::size_t offset = offset_of(mark);
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end()) {
    stop("an alias stands inside the value it refers to", offset);
  }
  spend(known->second.count, offset);
  if (frames_.size() + known->second.height > limits_.depth) {
    stop(too_deep_error(source_, offset, limits_));
  }
  Node copy = known->second;
  copy.value.mark = source_.mark(offset);
  add(std::move(copy), offset);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& text) {
  const std::size_t offset = offset_of(mark);
  const bool is_key = !frames_.empty() && frames_.back().expects_key();
  require_closed_quote(offset);
  if (is_key && tag == kPlain && !frames_.back().is_flow) {
    require_colon(offset, text);
  }
  if (is_key && ((tag == kPlain && text == kMergeKey) || standard_type(tag) == "merge")) {
    spend(1, offset);
    refuse_merge_key(offset);
    return;
  }
  add_scalar(scalar_value(tag, text, offset), offset, anchor, text.size());
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value style) {
  open(Array(), "seq", tag, mark, anchor, style);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  open(Object(), "map", tag, mark, anchor, style);
}

// ---- What the grammar of yaml-cpp lets through

Value TreeBuilder::scalar_value(const std::string& tag, const std::string& text, std::size_t offset) {
  if (tag == kPlain) {
    return resolve_plain_scalar(text);
  }
  const std::string type(standard_type(tag));
  if (tag == kQuoted || type == "str") {
    return text;
  }
  if (!is_scalar_type(type)) {
    refuse_tag(tag, offset);
    return text;
  }
  Value value = resolve_plain_scalar(text);
  if (!convert_to_type(type, value)) {
    Diagnostic error = source_.error(DiagnosticCode::kTypeInvalid, "document.tag", "the value is no `!!" + type + "`", offset);
    error.bad_value = text;
    error.hint = "remove the tag or correct the value";
    report(std::move(error));
  }
  return value;
}

/// The parser ends a quoted text at the end of the document without a word.
void TreeBuilder::require_closed_quote(std::size_t offset) {
  const std::string_view rest = rest_of_chunk(offset);
  if (is_open_quote(rest)) {
    const char quote = rest[rest.find_first_of("\"'")];
    stop("the quoted text is not closed", offset, std::string("add the missing ") + quote);
  }
}

/// The parser takes a line without a colon for a key without a value; no other reader does.
void TreeBuilder::require_colon(std::size_t offset, const std::string& key) {
  const std::string_view before = source_.text().substr(chunk_.offset, offset - chunk_.offset);
  const std::size_t last = before.find_last_not_of(" \t");
  const bool explicit_key = last != std::string_view::npos && before[last] == '?';
  if (!explicit_key && !key.empty() && !has_colon(rest_of_chunk(offset), key)) {
    stop("expected `key: value` in this line", offset, "add the colon, or indent the line if it goes on the text above");
  }
}

void TreeBuilder::refuse_tag(const std::string& tag, std::size_t offset) {
  const std::string_view standard = standard_type(tag);
  Diagnostic error = source_.error(DiagnosticCode::kInvalid, "document.tag", "this tag is not known", offset);
  error.bad_value = standard.empty() ? tag : "!!" + std::string(standard);
  error.hint = "remove the tag; the known ones are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map";
  report(std::move(error));
}

void TreeBuilder::refuse_merge_key(std::size_t offset) {
  Frame& frame = frames_.back();
  Diagnostic error =
      source_.error(DiagnosticCode::kForbidden, "document.merge_key", "merge keys (`<<`) are not supported", offset);
  error.bad_value = kMergeKey;
  error.hint = "write the merged keys out";
  report(std::move(error));
  frame.pending.key = kMergeKey;
  frame.has_key = true;
  frame.drops_value = true;
}

// ---- The tree

void TreeBuilder::open(Value container, std::string_view type, const std::string& tag, const YAML::Mark& mark,
                       YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  const std::size_t offset = offset_of(mark);
  spend(1, offset);
  if (frames_.size() >= limits_.depth) {
    stop(too_deep_error(source_, offset, limits_));
  }
  if (tag != kPlain && tag != kQuoted && standard_type(tag) != type) {
    refuse_tag(tag, offset);
  }
  Frame& frame = frames_.emplace_back();
  frame.node.value = std::move(container);
  frame.node.value.mark = source_.mark(offset);
  frame.node.height = 1;
  frame.anchor = anchor;
  frame.offset = offset;
  frame.is_flow = style == YAML::EmitterStyle::Flow;
}

void TreeBuilder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  remember(frame.anchor, frame.node, frame.offset);
  add(std::move(frame.node), frame.offset);
}

/// The copy kept for aliases counts as nodes too: nested anchors would otherwise multiply memory unseen.
void TreeBuilder::remember(YAML::anchor_t anchor, const Node& node, std::size_t offset) {
  if (anchor != 0) {
    spend(node.count, offset);
    anchors_.insert_or_assign(anchor, node);
  }
}

void TreeBuilder::add_scalar(Value value, std::size_t offset, YAML::anchor_t anchor, std::size_t text_size) {
  spend(1, offset);
  const bool is_value = !frames_.empty() && frames_.back().has_key;
  // The parser gives a value that was left out the position of what follows it.
  const bool left_out = value.is_null() && text_size == 0 && !spells_null(source_.text().substr(offset));
  value.mark = is_value && left_out ? frames_.back().pending.key_mark
                                    : source_.mark(offset, written_length(rest_of_chunk(offset), text_size));
  Node node{.value = std::move(value)};
  remember(anchor, node, offset);
  add(std::move(node), offset);
}

void TreeBuilder::add(Node node, std::size_t offset) {
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
  if (frame.is_list()) {
    frame.node.value.push(std::move(node.value));
  } else {
    take_value(frame, std::move(node.value));
  }
}

void TreeBuilder::take_key(Frame& frame, const Value& key, std::size_t offset) {
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

void TreeBuilder::take_value(Frame& frame, Value value) {
  if (!frame.drops_value) {
    frame.pending.value = std::move(value);
    frame.node.value.as_object()->push_back(std::move(frame.pending));
  }
  frame.pending = Member();
  frame.has_key = false;
  frame.drops_value = false;
}

}  // namespace dynamo
