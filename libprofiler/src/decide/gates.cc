#include "decide/gates.h"

#include <string>

#include "dynamo/profiler/support.h"
#include "rules/planner.h"

namespace dynamo {
namespace {

/// Why no backend of the request is measured; empty where one is, or where tables that could tell are not there.
std::string why_unmeasured(const ValidatedRequest& request, const TableStore& tables) {
  if (tables.empty() && request.system->has_tables) return {};
  std::string reasons;
  for (const Backend backend : request.backends) {
    const Support support = support_of(request.model, *request.system, backend, tables, request.perf_version);
    if (support.tier == SupportTier::kMeasured) return {};
    reasons += (reasons.empty() ? "" : "; ") + std::string(name_of(backend)) + ": " + support.reason;
  }
  return reasons;
}

Diagnostic finding(Severity severity, std::string rule, std::string key, std::string reason, std::string hint) {
  return {.severity = severity, .code = DiagnosticCode::kForbidden, .rule = std::move(rule),
          .path = "spec.features.planner." + std::move(key), .bad_value = {}, .reason = std::move(reason), .hint = std::move(hint),
          .source = {}, .mark = {}};
}

}  // namespace

Diagnostics check_gates(ValidatedRequest& request, const TableStore& tables) {
  Diagnostics findings;
  const bool throughput = request.planner_scaling && planner_scaling(request.planner).throughput;
  // A mocker replays the sweep, measured or not.
  const bool sweeps = request.planner_scaling && !request.mocker && sweep_is_rapid(request.planner);
  if (!throughput && !sweeps) return findings;
  const std::string why = why_unmeasured(request, tables);
  if (why.empty()) return findings;
  const std::string unmeasured = "and " + request.model_name + " on " + request.system->name + " is not measured (" + why + ")";
  if (throughput) {
    findings.add(finding(Severity::kError, "planner.throughput.unmeasured", "enable_throughput_scaling",
                         "throughput scaling needs measured latencies, " + unmeasured,
                         "use enable_throughput_scaling: false with enable_load_scaling: true, or a measured GPU: kubectl dynamo "
                         "support --model " + request.model_name));
    return findings;
  }
  request.planner.set("pre_deployment_sweeping_mode", std::string(kNoSweep));
  findings.add(finding(Severity::kWarning, "planner.sweep.unmeasured", "pre_deployment_sweeping_mode",
                       "a rapid sweep needs measured latencies, " + unmeasured, "continuing with \"none\""));
  return findings;
}

}  // namespace dynamo
