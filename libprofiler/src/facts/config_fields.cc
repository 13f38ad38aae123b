#include "facts/config_fields.h"

#include <algorithm>

#include "dynamo/profiler/document_io.h"

namespace dynamo::facts {
namespace {

// No width or count of a real model comes near; beyond it sizes would overflow.
constexpr std::int64_t kMostOfAnything = 100'000'000;

}  // namespace

ConfigFields::Found ConfigFields::locate(Keys keys) const {
  for (const std::string_view key : keys) {
    const Value* value = fields_.find(key);
    if (value != nullptr && !value->is_null()) return {key, value};
  }
  return {*keys.begin(), nullptr};
}

const Value* ConfigFields::find(Keys keys) const { return locate(keys).value; }

int ConfigFields::positive(Keys keys) {
  const Found found = locate(keys);
  if (found.value != nullptr) return whole_number(found, 1);
  report(DiagnosticCode::kRequired, "model.config.required", found.key, "the field is missing",
         "use the config.json that belongs to the checkpoint");
  return 0;
}

int ConfigFields::optional_positive(Keys keys) {
  const Found found = locate(keys);
  return found.value != nullptr ? whole_number(found, 1) : 0;
}

int ConfigFields::optional_count(Keys keys) {
  const Found found = locate(keys);
  return found.value != nullptr ? whole_number(found, 0) : 0;
}

int ConfigFields::whole_number(const Found& found, std::int64_t at_least) {
  const std::int64_t* number = found.value->as_int();
  if (number == nullptr) {
    report(DiagnosticCode::kTypeInvalid, "model.config.integer", found.key, "a whole number is needed",
           "write it without quotes or fraction");
    return 0;
  }
  if (*number < at_least) {
    report(DiagnosticCode::kInvalid, "model.config.positive", found.key,
           at_least > 0 ? "the value must be greater than zero" : "the value cannot be negative",
           "use the config.json that belongs to the checkpoint");
    return 0;
  }
  if (*number > kMostOfAnything) {
    report(DiagnosticCode::kInvalid, "model.config.positive", found.key,
           "the value is beyond any real model (limit " + std::to_string(kMostOfAnything) + ")",
           "use the config.json that belongs to the checkpoint");
    return 0;
  }
  return static_cast<int>(*number);
}

void ConfigFields::report(DiagnosticCode code, const std::string& rule, std::string_view key, std::string reason,
                          std::string hint) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.rule = rule;
  diagnostic.path = prefix_ + std::string(key);
  const Value* value = fields_.find(key);
  if (value != nullptr) {
    diagnostic.bad_value = value->as_string() != nullptr ? *value->as_string() : write_json(*value);
    diagnostic.mark = value->mark;
  }
  diagnostic.reason = std::move(reason);
  diagnostic.hint = std::move(hint);
  diagnostic.source = source_;
  problems_.add(std::move(diagnostic));
}

bool ConfigFields::has_problem_with(std::string_view key) const {
  return std::ranges::any_of(problems_.items(),
                             [&](const Diagnostic& problem) { return problem.path == prefix_ + std::string(key); });
}

}  // namespace dynamo::facts
