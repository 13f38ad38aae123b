#include "dynamo/profiler/explain.h"

#include "dynamo/profiler/document_io.h"
#include "explain/schema_check.h"

namespace dynamo {
namespace {

std::string text_at(const Value& document, std::string_view key) {
  const Value* found = document.find(key);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string() : *text;
}

Diagnostics refusal(DiagnosticCode code, std::string rule, std::string reason, std::string hint, const std::string& source) {
  Diagnostics found = one_error(code, std::move(rule), std::move(reason), std::move(hint));
  Diagnostics out;
  for (Diagnostic diagnostic : found.items()) {
    diagnostic.source = source;
    out.add(std::move(diagnostic));
  }
  return out;
}

/// What of the document is not as the schema says.
Diagnostics damage(const Value& document, const std::string& source) {
  constexpr std::size_t kMost = 10;   // members that are named
  static const Value schema = read_json(std::string(explain::explanation_schema()), "explanation.schema.json").value();
  Diagnostics out;
  for (const explain::SchemaBreak& broken : explain::schema_breaks(document, schema, kMost)) {
    out.add({.code = broken.missing ? DiagnosticCode::kRequired : DiagnosticCode::kTypeInvalid, .rule = "explanation.member",
             .path = broken.path, .bad_value = {}, .reason = broken.reason + " in " + source,
             .hint = out.items().empty() ? "save it anew with `kubectl dynamo explain -f FILE -o json`" : "", .source = source, .mark = {}});
  }
  return out;
}

}  // namespace

Diagnostics check_explanation(const Value& document, const std::string& source) {
  if (text_at(document, "kind") != kExplanationKind || !text_at(document, "apiVersion").starts_with("dynamo-profiler/")) {
    return refusal(DiagnosticCode::kInvalid, "explanation.kind", source + " is no explanation",
                   "save one with `kubectl dynamo explain -f FILE -o json`", source);
  }
  const Value* schema = document.find("schemaVersion");
  const std::int64_t* version = schema == nullptr ? nullptr : schema->as_int();
  if (version == nullptr || *version < 1) {
    return refusal(DiagnosticCode::kInvalid, "explanation.schema", source + " does not say which schema it has",
                   "schemaVersion has to be a number from 1", source);
  }
  if (*version > kExplanationSchema || text_at(document, "apiVersion") != kExplanationApiVersion) {
    return refusal(DiagnosticCode::kUnsupported, "explanation.schema",
                   source + " has schema " + text_at(document, "apiVersion") + " " + std::to_string(*version) +
                       "; this program reads " + kExplanationApiVersion + " up to " + std::to_string(kExplanationSchema),
                   "read it with the release that wrote it, or a newer one", source);
  }
  return damage(document, source);
}

}  // namespace dynamo
