#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "doc/json/parser.h"
#include "doc/reader_errors.h"
#include "doc/source_text.h"
#include "doc/yaml/split.h"
#include "doc/yaml/syntax_words.h"
#include "doc/yaml/tree_builder.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

Diagnostic syntax_error(const SourceText& source, std::size_t offset, const std::string& message) {
  Diagnostic error = source.error(DiagnosticCode::kInvalid, "document.syntax", syntax_reason(message), offset);
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
    } catch (const TreeBuilder::Stop&) {
      return;
    } catch (const YAML::DeepRecursion& exception) {
      builder.add_error(too_deep_error(source_, builder.offset_of(exception.mark), limits_));
    } catch (const YAML::Exception& exception) {
      builder.add_error(syntax_error(source_, builder.offset_of(exception.mark), exception.msg));
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
