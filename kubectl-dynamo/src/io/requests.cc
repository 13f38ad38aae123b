#include "io/requests.h"

#include "dynamo/profiler/document_io.h"
#include "dynamo/profiler/request_flags.h"
#include "io/finding.h"
#include "io/input.h"

namespace dynamo::cli {
namespace {

Diagnostic empty_file(const std::string& name) {
  return finding(DiagnosticCode::kRequired, "document.empty", name + " holds no document",
                 "write a DynamoGraphDeploymentRequest, or its spec, into it", name);
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

}  // namespace dynamo::cli
