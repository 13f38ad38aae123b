#include <utility>

#include "doc/json/parser.h"
#include "doc/source_text.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

Diagnostics only(Diagnostic diagnostic) {
  Diagnostics diagnostics;
  diagnostics.add(std::move(diagnostic));
  return diagnostics;
}

}  // namespace

std::expected<Value, Diagnostics> read_json(std::string_view text, std::string_view source, const ReadLimits& limits) {
  const SourceText source_text(without_byte_order_mark(text), source);
  if (auto error = check_source(source_text, TextRules::kJson, limits.bytes)) {
    return std::unexpected(only(*std::move(error)));
  }
  if (source_text.text().find_first_not_of(" \t\r\n") == std::string_view::npos) {
    Diagnostic error = source_text.error(DiagnosticCode::kRequired, "document.empty", "the text holds no JSON value", 0);
    error.hint = "give one JSON value";
    return std::unexpected(only(std::move(error)));
  }
  JsonStream stream = parse_json(source_text, JsonValues::kExactlyOne, limits);
  if (stream.diagnostics.has_errors() || stream.values.empty()) {
    return std::unexpected(std::move(stream.diagnostics));
  }
  return std::move(stream.values.front());
}

}  // namespace dynamo
