#include "dynamo/profiler/lint.h"

#include "lint/checks.h"

namespace dynamo {
namespace {

bool is_kind(const Value& document, std::string_view kind) {
  const Value* value = document.find("kind");
  return value != nullptr && value->as_string() != nullptr && *value->as_string() == kind;
}

}  // namespace

Diagnostics lint_documents(const std::vector<Value>& documents, const LintOptions& options) {
  lint::Findings findings;
  bool found = false;
  for (const Value& document : documents) {
    if (!is_kind(document, "DynamoGraphDeployment")) continue;
    found = true;
    const lint::DeploymentView view = lint::view_of(document);
    lint::check_names(view, findings);
    lint::check_gpus(view, options, findings);
    lint::check_flags(view, findings);
    lint::check_references(view, documents, options, findings);
  }
  if (!found) findings.error("lint.kind", "", "there is no DynamoGraphDeployment in these documents");
  return findings.take();
}

}  // namespace dynamo
