#include "targets.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "dynamo/profiler/document_io.h"

namespace dynamo::fuzz {
namespace {

void require(bool condition, const char* what, std::string_view text) {
  if (!condition) {
    std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

/// NaN is not equal to itself, and JSON has no infinity.
bool all_finite(const Value& value) {
  if (const Array* array = value.as_array()) {
    for (const Value& element : *array) {
      if (!all_finite(element)) {
        return false;
      }
    }
  }
  if (const Object* object = value.as_object()) {
    for (const Member& member : *object) {
      if (!all_finite(member.value)) {
        return false;
      }
    }
  }
  return value.as_float() == nullptr || std::isfinite(*value.as_float());
}

void check_diagnostics(const Diagnostics& diagnostics, std::string_view text) {
  for (const Diagnostic& item : diagnostics.items()) {
    require(item.rule.starts_with("document."), "a diagnostic without a rule", text);
    require(!item.reason.empty(), "a diagnostic without a reason", text);
    require(item.source == "fuzz", "a diagnostic without a source", text);
  }
}

void check_yaml_round_trip(const Value& value) {
  const std::string written = write_yaml(value);
  const ReadResult again = read_yaml(written, "fuzz");
  require(again.diagnostics.empty() && again.documents.size() == 1, "written YAML cannot be read", written);
  require(again.documents.front().root == value, "written YAML reads differently", written);
}

void check_json_round_trip(const Value& value) {
  const std::string written = write_json(value);
  const auto again = read_json(written, "fuzz");
  require(again.has_value() && *again == value, "written JSON reads differently", written);
}

}  // namespace

void check_yaml(std::string_view text) {
  const ReadResult result = read_yaml(text, "fuzz");
  check_diagnostics(result.diagnostics, text);
  require(!result.documents.empty() || result.diagnostics.has_errors(), "nothing read and nothing reported", text);
  for (const Document& document : result.documents) {
    if (all_finite(document.root)) {
      check_yaml_round_trip(document.root);
      check_json_round_trip(document.root);
    }
  }
}

void check_json(std::string_view text) {
  const auto result = read_json(text, "fuzz");
  if (!result.has_value()) {
    require(result.error().has_errors(), "nothing read and nothing reported", text);
    check_diagnostics(result.error(), text);
    return;
  }
  check_json_round_trip(*result);
}

}  // namespace dynamo::fuzz
