#include <algorithm>
#include <string>
#include <vector>

#include "dynamo/profiler/document_io.h"
#include "request/suggestion.h"
#include "rules/planner.h"
#include "rules/planner_keys.h"
#include "text/did_you_mean.h"

namespace dynamo {
namespace {

using Kind = PlannerKey::Kind;

std::string field_of(std::string_view key) {
  return "features.planner." + std::string(key);
}

/// Names to compare a mistyped key with: in the style it was written in, and the guide's own.
std::vector<std::string> candidates(std::string_view written) {
  const bool prefixed = written.starts_with("planner_");
  std::vector<std::string> names;
  for (const PlannerKey& key : planner_keys()) {
    names.push_back((prefixed ? "planner_" : "") + std::string(key.name));
    if (prefixed && !key.alias.empty()) {
      names.emplace_back(key.alias);
    }
  }
  return names;
}

void report_unknown(Report& report, const Member& member) {
  std::string reason = "unknown key" + suggestion(nearest_names(member.key, candidates(member.key), 1));
  const bool near = reason != "unknown key";
  report.warning({.rule = "planner.key.unknown",
                  .code = DiagnosticCode::kUnknownField,
                  .field = field_of(member.key),
                  .reason = std::move(reason),
                  .hint = near ? "" : "the planner ignores it: remove it, or correct its name",
                  .mark = member.key_mark});
}

std::string_view wanted(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return "true or false";
    case Kind::kInt:
      return "a whole number";
    case Kind::kNumber:
      return "a number";
    case Kind::kObject:
      return "an object";
    case Kind::kList:
      return "a list";
    case Kind::kString:
    case Kind::kEnum:
    case Kind::kWord:
      return "a string";
  }
  return "";
}

bool has_type(const Value& value, Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return value.as_bool() != nullptr;
    case Kind::kInt:
      return value.as_int() != nullptr;
    case Kind::kNumber:
      return value.is_number();
    case Kind::kObject:
      return value.as_object() != nullptr;
    case Kind::kList:
      return value.as_array() != nullptr;
    case Kind::kString:
    case Kind::kEnum:
    case Kind::kWord:
      return value.as_string() != nullptr;
  }
  return false;
}

bool within(const PlannerRange& range, double value) {
  const bool low = range.above ? value > range.least : value >= range.least;
  return low && (!range.most || value <= *range.most);
}

void check_value(Report& report, const PlannerKey& key, const Member& member) {
  if (member.value.is_null() && key.nullable) {
    return;
  }
  const std::string* text = member.value.as_string();
  Finding finding{.rule = "planner.value", .field = field_of(member.key), .mark = member.value.mark};
  finding.bad_value = text != nullptr ? *text : write_json(member.value);
  if (!has_type(member.value, key.kind)) {
    finding.code = DiagnosticCode::kTypeInvalid;
    finding.reason = "must be " + std::string(wanted(key.kind));
    report.error(std::move(finding));
    return;
  }
  if (key.range && !within(*key.range, member.value.number_or(0))) {
    finding.reason = "must be " + std::string(key.range->most ? "within " : "") + std::string(key.range->text);
    report.error(std::move(finding));
    return;
  }
  if (key.values.empty() || std::ranges::find(key.values, *text) != key.values.end()) {
    return;
  }
  finding.code = DiagnosticCode::kNotSupported;
  finding.reason = "unknown value " + quoted(*text) +
                   suggestion(nearest_names(*text, std::span<const std::string_view>(key.values), 1));
  finding.hint = "use " + either(key.values);
  key.kind == Kind::kWord ? report.warning(std::move(finding)) : report.error(std::move(finding));
}

}  // namespace

SourceMark planner_mark(const Report& report, const Value& planner, std::string_view key) {
  const Value* value = planner.find(key);
  return value != nullptr && value->mark.line != 0 ? value->mark : report.spec.planner.key_mark;
}

namespace {

/// The member that already says what `key` would say again.
const Member* said_before(const Value& planner, const PlannerKey& key) {
  for (const Member& member : *planner.as_object()) {
    const PlannerKey* other = find_planner_key(member.key);
    if (other != nullptr && same_meaning(*other, key)) {
      return &member;
    }
  }
  return nullptr;
}

}  // namespace

Value normalise_planner(Report& report, const Value& written) {
  Value planner{Object{}};
  for (const Member& member : *written.as_object()) {
    const PlannerKey* exact = find_planner_key(member.key);
    const PlannerKey* key = exact != nullptr ? exact : find_prefixed_planner_key(member.key);
    if (key == nullptr) {
      report_unknown(report, member);
      planner.set(member.key, member.value);
      continue;
    }
    check_value(report, *key, member);
    if (const Member* before = said_before(planner, *key); before != nullptr) {
      report.error({.rule = "planner.key.duplicate",
                    .code = DiagnosticCode::kDuplicate,
                    .field = field_of(member.key),
                    .reason = "is given twice: it means " + before->key,
                    .hint = "keep one of the two",
                    .mark = member.key_mark});
      continue;
    }
    if (exact == nullptr) {
      report.origin(field_of(key->name), write_json(member.value), "normalised from " + member.key);
    }
    planner.set(key->name, member.value);
  }
  return planner;
}

}  // namespace dynamo
