#include "doc/reader_errors.h"

#include <cstdint>
#include <string>

#include "text/number_text.h"

namespace dynamo {
namespace {

std::string counted(std::size_t count) { return grouped(static_cast<std::int64_t>(count)); }

}  // namespace

Diagnostic too_deep_error(const SourceText& source, std::size_t offset, const ReadLimits& limits) {
  Diagnostic error = source.error(DiagnosticCode::kTooLarge,
                                  "document.too_deep",
                                  "lists and objects are nested more than " + counted(limits.depth) + " deep",
                                  offset);
  error.hint = "flatten the document";
  return error;
}

Diagnostic too_many_nodes_error(const SourceText& source, std::size_t offset, const ReadLimits& limits) {
  Diagnostic error = source.error(DiagnosticCode::kTooLarge,
                                  "document.too_many_nodes",
                                  "the text holds more than " + counted(limits.nodes) + " values",
                                  offset);
  error.hint = "aliases count once for every use; give a smaller document";
  return error;
}

Diagnostic duplicate_key_error(const SourceText& source, std::size_t offset, std::string_view key, int first_line) {
  Diagnostic error = source.error(DiagnosticCode::kDuplicate,
                                  "document.duplicate_key",
                                  "the key `" + std::string(key) + "` is given twice",
                                  offset);
  error.hint = "keep one of them; the first is in line " + std::to_string(first_line);
  error.bad_value = key;
  return error;
}

}  // namespace dynamo
