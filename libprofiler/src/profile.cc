#include "dynamo/profiler/profile.h"

#include "dynamo/profiler/emit.h"

namespace dynamo {

namespace {

Diagnostic warning(std::string rule, std::string path, std::string reason, std::string hint) {
  return {.severity = Severity::kWarning, .code = DiagnosticCode::kUnsupported, .rule = std::move(rule),
          .path = std::move(path), .bad_value = {}, .reason = std::move(reason), .hint = std::move(hint), .source = {}, .mark = {}};
}

/// What the user has to know about a decision beside the decision.
void warn_about(const PickReport& report, Diagnostics& diagnostics) {
  if (report.naive) {
    diagnostics.add(warning("profile.unverified", "",
                            "no performance model for this combination (" + report.provenance.tables +
                                "); the layout only fits the memory, its latency is unknown",
                            "check with `kubectl dynamo tables list` which GPUs and backends are measured"));
  } else if (!report.sla_met) {
    diagnostics.add(warning("profile.sla.unreachable", "spec.sla", "no layout meets the targets; continuing with the closest",
                            "relax the targets, add GPUs, or use a smaller or quantised model"));
  } else if (report.chosen->load_served_percent < 100) {
    diagnostics.add(warning("profile.load.short", "spec.workload", "the GPUs carry only part of the load",
                            "add GPUs or lower the load"));
  }
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
  warn_about(*report, result.diagnostics);
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
