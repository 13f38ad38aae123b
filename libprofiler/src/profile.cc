#include "dynamo/profiler/profile.h"

#include "decide/findings.h"
#include "decide/gates.h"
#include "decide/sweep.h"
#include "dynamo/profiler/assembly.h"
#include "dynamo/profiler/emit.h"
#include "dynamo/profiler/lint.h"

namespace dynamo {
namespace {

/// Nothing that fails its own checks is handed out: after `overrides` have gone in, only a defect can make it fail.
Diagnostics own_defects(const std::vector<Value>& documents, const ValidatedRequest& request) {
  const Diagnostics found = lint_documents(documents, {.total_gpus = request.total_gpus, .complete = true});
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

  result.diagnostics.append(check_gates(*result.request, tables));
  if (result.diagnostics.has_errors()) return result;

  auto decision = decide_and_explain(*result.request, tables, options);
  if (!decision.has_value()) {
    result.diagnostics.append(decision.error());
    return result;
  }
  result.diagnostics.append(findings_of(*result.request, decision->report));
  result.diagnostics.append(decision->findings);
  result.report = std::move(decision->report);
  result.explanation = std::move(decision->explanation);

  result.curves = sweep_for(*result.request, *result.report, tables, options, result.diagnostics);
  if (result.diagnostics.has_errors()) return result;

  if (options.plots && result.curves) {
    const Estimate& unit = result.report->chosen->unit;
    result.plots = plot_files(*result.request, unit, *result.curves,
                              sweep_engines(*result.request, unit, tables, {.database = options.database}));
  }

  auto assembly = assemble(*result.request, *result.report, result.curves ? &*result.curves : nullptr, options.emit, result.diagnostics);
  if (!assembly.has_value()) {
    result.diagnostics.append(assembly.error());
    return result;
  }
  const Diagnostics defects = own_defects(assembly->documents, *result.request);
  result.diagnostics.append(defects);
  if (defects.has_errors()) return result;
  result.deployment = std::move(*assembly);
  return result;
}

}  // namespace dynamo
