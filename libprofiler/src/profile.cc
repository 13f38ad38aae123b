#include "dynamo/profiler/profile.h"

#include "decide/findings.h"
#include "dynamo/profiler/emit.h"

namespace dynamo {

ProfileResult profile(const Document& document, const TableStore& tables, const ProfileOptions& options) {
  ProfileResult result;
  ValidateResult checked = check_document(document, options.validate);
  result.diagnostics = std::move(checked.diagnostics);
  if (!checked.request.has_value()) return result;
  result.request = std::move(checked.request);

  auto decision = decide_and_explain(*result.request, tables, options);
  if (!decision.has_value()) {
    result.diagnostics.append(decision.error());
    return result;
  }
  result.diagnostics.append(findings_of(*result.request, decision->report));
  result.diagnostics.append(decision->findings);
  result.report = std::move(decision->report);
  result.explanation = std::move(decision->explanation);

  auto documents = emit_deployment(*result.request, *result.report);
  if (!documents.has_value()) {
    result.diagnostics.append(documents.error());
    return result;
  }
  result.documents = std::move(*documents);
  return result;
}

}  // namespace dynamo
