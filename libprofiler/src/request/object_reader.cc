#include "request/object_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dynamo/profiler/document_io.h"
#include "request/known_keys.h"
#include "request/suggestion.h"
#include "text/did_you_mean.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

// Longer values would bury the message that quotes them.
constexpr std::size_t kMaxQuoted = 60;

// Doubles from here on cannot be told apart from their neighbours as integers.
constexpr double kMaxExactInteger = 9007199254740992.0;

std::string_view type_name(const Value& value) {
  switch (value.type()) {
    case Value::Type::kNull:
      return "null";
    case Value::Type::kBool:
      return "a boolean";
    case Value::Type::kInt:
      return "a whole number";
    case Value::Type::kFloat:
      return "a number";
    case Value::Type::kString:
      return "a string";
    case Value::Type::kArray:
      return "a list";
    case Value::Type::kObject:
      return "an object";
  }
  return "";
}

std::string as_written(const Value& value) {
  std::string text;
  if (const std::string* string = value.as_string()) {
    text = *string;
  } else if (value.as_float() != nullptr && !std::isfinite(*value.as_float())) {
    text = std::isnan(*value.as_float()) ? ".nan" : (*value.as_float() > 0 ? ".inf" : "-.inf");
  } else {
    text = write_json(value);
  }
  if (text.size() > kMaxQuoted) {
    // Cut between characters: a UTF-8 continuation byte never starts the rest.
    std::size_t cut = kMaxQuoted;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u) {
      --cut;
    }
    text = text.substr(0, cut) + "...";
  }
  return text;
}

std::string unquote_hint(const Value& value) {
  const std::string* text = value.as_string();
  return text != nullptr && parse_double(*text) ? "write " + *text + " without quotes" : std::string();
}

}  // namespace

std::string join_path(std::string_view prefix, std::string_view key) {
  return prefix.empty() ? std::string(key) : std::string(prefix) + "." + std::string(key);
}

ObjectReader::ObjectReader(const Value* value, std::string path, const std::string& source, Diagnostics& diagnostics)
    : path_(std::move(path)), source_(source), diagnostics_(diagnostics) {
  if (value == nullptr || value->is_null()) {
    return;
  }
  members_ = value->as_object();
  if (members_ == nullptr) {
    malformed_ = true;
    diagnostics_.add({.code = DiagnosticCode::kTypeInvalid,
                      .rule = "field.type",
                      .path = path_,
                      .bad_value = as_written(*value),
                      .reason = "must be an object, not " + std::string(type_name(*value)),
                      .hint = "write its fields below it, indented, as `key: value`",
                      .source = source_,
                      .mark = value->mark});
  }
}

const Member* ObjectReader::take(std::string_view key) {
  known_.push_back(key);
  if (members_ == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*members_, key, &Member::key);
  return found == members_->end() ? nullptr : &*found;
}

SourceMark ObjectReader::key_mark(std::string_view key) const {
  if (members_ == nullptr) {
    return {};
  }
  const auto found = std::ranges::find(*members_, key, &Member::key);
  return found == members_->end() ? SourceMark{} : found->key_mark;
}

/// Everything a field of any type has in common; the value still to be converted, or nullptr when there is none.
template <typename T>
const Value* ObjectReader::begin(std::string_view key, Field<T>& field) {
  const Member* member = take(key);
  field.malformed = malformed_;
  if (member == nullptr) {
    return nullptr;
  }
  field.mark = member->value.mark;
  field.key_mark = member->key_mark;
  field.state = member->value.is_null() ? Field<T>::State::kNull : Field<T>::State::kSet;
  return member->value.is_null() ? nullptr : &member->value;
}

namespace {

template <typename T>
void reject(Field<T>& field) {
  field.state = Field<T>::State::kAbsent;
  field.malformed = true;
}

}  // namespace

void ObjectReader::report_type(std::string_view key,
                               const Value& value,
                               std::string_view wanted,
                               std::string hint) const {
  diagnostics_.add({.code = DiagnosticCode::kTypeInvalid,
                    .rule = "field.type",
                    .path = join_path(path_, key),
                    .bad_value = as_written(value),
                    .reason = "must be " + std::string(wanted) + ", not " + std::string(type_name(value)),
                    .hint = std::move(hint),
                    .source = source_,
                    .mark = value.mark});
}

void ObjectReader::read(std::string_view key, Field<std::string>& field) {
  const Value* value = begin(key, field);
  if (value == nullptr) {
    return;
  }
  if (const std::string* text = value->as_string()) {
    field.value = *text;
    return;
  }
  reject(field);
  const bool scalar = value->as_bool() != nullptr || value->is_number();
  report_type(key, *value, "a string", scalar ? "put the value in quotes" : "");
}

void ObjectReader::read(std::string_view key, Field<bool>& field) {
  const Value* value = begin(key, field);
  if (value == nullptr) {
    return;
  }
  if (const bool* flag = value->as_bool()) {
    field.value = *flag;
    return;
  }
  reject(field);
  report_type(key, *value, "true or false", value->as_string() != nullptr ? "write true or false without quotes" : "");
}

void ObjectReader::read(std::string_view key, Field<double>& field) {
  const Value* value = begin(key, field);
  if (value == nullptr) {
    return;
  }
  if (value->is_number()) {
    field.value = value->number_or(0);
    return;
  }
  reject(field);
  report_type(key, *value, "a number", unquote_hint(*value));
}

void ObjectReader::read(std::string_view key, Field<std::int64_t>& field) {
  const Value* value = begin(key, field);
  if (value == nullptr) {
    return;
  }
  if (const std::int64_t* whole = value->as_int()) {
    field.value = *whole;
    return;
  }
  const double* number = value->as_float();
  if (number != nullptr && std::trunc(*number) == *number && std::abs(*number) < kMaxExactInteger) {
    field.value = static_cast<std::int64_t>(*number);
    return;
  }
  reject(field);
  report_type(key, *value, "a whole number", unquote_hint(*value));
}

void ObjectReader::read(std::string_view key, Field<Value>& field) {
  const Value* value = begin(key, field);
  if (value == nullptr) {
    return;
  }
  if (value->as_object() != nullptr) {
    field.value = *value;
    return;
  }
  reject(field);
  report_type(key, *value, "an object", "write its fields below it, indented, as `key: value`");
}

ObjectReader ObjectReader::child(std::string_view key) {
  const Member* member = take(key);
  ObjectReader reader(member == nullptr ? nullptr : &member->value, join_path(path_, key), source_, diagnostics_);
  reader.malformed_ = reader.malformed_ || malformed_;
  return reader;
}

void ObjectReader::know(std::span<const std::string_view> keys) {
  known_.insert(known_.end(), keys.begin(), keys.end());
}

void ObjectReader::report_unknown(const Member& member, std::optional<std::string_view> spec_path) const {
  std::string reason =
      "unknown key" + suggestion(nearest_names(member.key, std::span<const std::string_view>(known_), 1));
  std::string hint;
  const std::string_view owner = spec_path ? owner_of_key(member.key) : kNoOwner;
  if (owner != kNoOwner) {
    const std::string place = owner.empty() ? std::string(*spec_path) : join_path(*spec_path, owner);
    reason = "unknown key here; it belongs in " + (place.empty() ? "the top level" : place);
  } else if (reason == "unknown key") {
    hint = "nobody reads it: remove it, or correct its name";
  }
  diagnostics_.add({.severity = Severity::kError,
                    .code = DiagnosticCode::kUnknownField,
                    .rule = "field.unknown",
                    .path = join_path(path_, member.key),
                    .bad_value = {},
                    .reason = std::move(reason),
                    .hint = std::move(hint),
                    .source = source_,
                    .mark = member.key_mark});
}

void ObjectReader::finish(std::optional<std::string_view> spec_path) const {
  if (members_ == nullptr) {
    return;
  }
  for (const Member& member : *members_) {
    if (std::ranges::find(known_, member.key) == known_.end()) {
      report_unknown(member, spec_path);
    }
  }
}

}  // namespace dynamo
