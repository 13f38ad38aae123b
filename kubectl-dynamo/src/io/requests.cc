#include "io/requests.h"

#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request_flags.h"
#include "io/finding.h"
#include "io/input.h"

namespace dynamo::cli {
namespace {

Diagnostic empty_file(const std::string& name) {
  return finding(DiagnosticCode::kRequired, "document.empty", name + " holds no document",
                 "a resource in YAML or JSON belongs into it", name);
}

/// `metadata.name`; empty where a document has none.
std::string name_of(const Document& document) {
  const Value* name = document.root.find_path({"metadata", "name"});
  return name == nullptr || name->as_string() == nullptr ? "" : *name->as_string();
}

}  // namespace

Requests::Requests(const RequestSource& source) {
  if (source.files.empty()) {
    documents_.push_back(request_from_flags(source.fields));
    return;
  }
  InputSet set = read_inputs(source.files, source.recursive, ReadLimits().bytes);
  diagnostics_.append(set.diagnostics);
  for (Input& input : set.inputs) {
    ReadResult read = read_yaml(input.text, input.name);
    if (read.documents.empty() && !read.diagnostics.has_errors()) diagnostics_.add(empty_file(input.name));
    diagnostics_.append(read.diagnostics);
    for (Document& document : read.documents) {
      documents_.push_back(source.has_fields ? merge_flags(std::move(document), source.fields) : std::move(document));
    }
    texts_.emplace(input.name, std::move(input.text));
  }
  for (const auto& [name, text] : texts_) views_.emplace(name, text);
}

std::string Requests::about(std::size_t index) const {
  if (documents_.size() < 2) return {};
  const Document& own = documents_[index];
  const auto same_source = [&](const Document& other) { return other.source == own.source; };
  if (std::ranges::count_if(documents_, same_source) == 1) return own.source;
  const auto number = std::count_if(documents_.begin(), documents_.begin() + static_cast<std::ptrdiff_t>(index) + 1, same_source);
  const std::string name = name_of(own);
  return own.source + ", document " + std::to_string(number) + (name.empty() ? "" : " (" + name + ")");
}

}  // namespace dynamo::cli
