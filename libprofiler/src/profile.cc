#include "dynamo/profiler/profile.h"

#include "decide/findings.h"
#include "decide/gates.h"
#include "dynamo/profiler/emit.h"

namespace dynamo {

ProfileResult profile(const Document& document, const TableStore& tables, const ProfileOptions& options) {
  ProfileResult result;
  ValidateResult checked = check_document(document, options.validate);
  result.diagnostics = std::move(checked.diagnostics);
  if (!checked.request.has_value()) return result;
  result.request = std::move(checked.request);

  result.diagnostics.append(check_gates(*result.request, tables));
  if (result.diagnostics.has_errors()) return result;

  auto report = decide(*result.request, tables, options);
  if (!report.has_value()) {
    result.diagnostics.append(report.error());
    return result;
  }
  result.diagnostics.append(findings_of(*result.request, *report));
  result.report = std::move(*report);

  auto documents = emit_deployment(*result.request, *result.report);
  if (!documents.has_value()) {
    result.diagnostics.append(documents.error());
    return result;
  }
  result.documents = std::move(*documents);
  return result;
}

}  // namespace dynamo
