#include "dynamo/profiler/profile.h"

#include "decide/findings.h"
#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/lint.h"

namespace dynamo {
namespace {

/// Nothing that fails its own checks is handed out: after `overrides` have gone in, only a defect can make it fail.
Diagnostics own_defects(const Deployment& deployment, const ValidatedRequest& request) {
  const Diagnostics found = lint_documents(deployment.documents, {.total_gpus = request.total_gpus, .complete = true});
  Diagnostics out;
  for (Diagnostic finding : found.items()) {
    if (finding.severity == Severity::kError) {
      finding.code = DiagnosticCode::kInternal;
      finding.reason = "the generated deployment: " + finding.reason;
    }
    out.add(std::move(finding));
  }
  return out;
}

}  // namespace

ProfileResult profile(const Document& document, const TableStore& tables, const ProfileOptions& options) {
  ProfileResult result;
  ValidateResult checked = check_document(document, options.validate);
  result.diagnostics = std::move(checked.diagnostics);
  if (!checked.request.has_value()) return result;
  result.request = std::move(checked.request);

  auto report = decide(*result.request, tables, options);
  if (!report.has_value()) {
    result.diagnostics.append(report.error());
    return result;
  }
  result.diagnostics.append(findings_of(*result.request, *report));
  result.report = std::move(*report);

  auto deployment = emit_deployment(*result.request, *result.report, options.emit);
  if (!deployment.has_value()) {
    result.diagnostics.append(deployment.error());
    return result;
  }
  result.diagnostics.append(deployment->warnings);
  const Diagnostics defects = own_defects(*deployment, *result.request);
  result.diagnostics.append(defects);
  if (!defects.has_errors()) result.documents = std::move(deployment->documents);
  return result;
}

}  // namespace dynamo
