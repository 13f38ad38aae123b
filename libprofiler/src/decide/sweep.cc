#include "decide/sweep.h"

#include "dynamo/profiler/assembly.h"

namespace dynamo {
namespace {

constexpr const char* kMode = "spec.features.planner.pre_deployment_sweeping_mode";

/// Why there are no curves, as an error where they are needed.
Diagnostics without(const ValidatedRequest& request, std::string reason) {
  Diagnostic finding;
  finding.code = DiagnosticCode::kUnsupported;
  if (!needs_profile_data(request)) {
    finding.severity = Severity::kWarning;
    finding.rule = "planner.sweep.skipped";
    finding.path = kMode;
    finding.reason = "there is no sweep: " + std::move(reason);
    finding.hint = "the planner scales by load alone and needs none";
  } else {
    finding.rule = request.mocker ? "mocker.sweep.impossible" : "planner.sweep.impossible";
    finding.path = request.mocker ? "spec.features.mocker.enabled" : "spec.features.planner.enable_throughput_scaling";
    finding.reason = "needs a sweep, and there is none: " + std::move(reason);
    finding.hint = request.mocker ? "a mocker needs a combination that was measured"
                                  : "enable_throughput_scaling: false with enable_load_scaling: true needs no sweep";
  }
  Diagnostics findings;
  findings.add(std::move(finding));
  return findings;
}

}  // namespace

std::optional<Curves> sweep_for(const ValidatedRequest& request, const PickReport& report, const TableStore& tables,
                                const ProfileOptions& options, Diagnostics& findings) {
  if (!asks_for_curves(request)) return std::nullopt;
  if (report.naive) {
    findings.append(without(request, "no performance model for this combination"));
    return std::nullopt;
  }
  CurveOptions curve_options = options.curves;
  curve_options.database = options.database;
  auto curves = sweep_curves(request, report.chosen->unit, tables, curve_options);
  if (curves.has_value()) return std::move(*curves);
  findings.append(without(request, curves.error().items().front().reason));
  return std::nullopt;
}

}  // namespace dynamo
