#include "decide/sweep.h"

#include "dynamo/profiler/assembly.h"

namespace dynamo {
namespace {

/// Why there are no curves where they are needed, and what helps; empty = a combination with curves.
Diagnostic without(const ValidatedRequest& request, std::string reason, std::string hint = {}) {
  Diagnostic finding;
  finding.code = DiagnosticCode::kUnsupported;
  finding.rule = request.mocker ? "mocker.sweep.impossible" : "planner.sweep.impossible";
  finding.path = request.mocker ? "spec.features.mocker.enabled" : "spec.features.planner.enable_throughput_scaling";
  finding.reason = "needs a sweep, and there is none: " + std::move(reason);
  finding.hint = !hint.empty()    ? std::move(hint)
                 : request.mocker ? "a mocker needs a combination that was measured"
                                  : "enable_throughput_scaling: false with enable_load_scaling: true needs no sweep";
  return finding;
}

}  // namespace

std::optional<Diagnostic> sweep_obstacle(const ValidatedRequest& request, const PickReport& report) {
  if (!needs_profile_data(request) || !report.naive) return std::nullopt;
  return without(request, "no performance model for this combination");
}

std::optional<Curves> sweep_for(const ValidatedRequest& request, const PickReport& report, const TableStore& tables,
                                const ProfileOptions& options, Diagnostics& findings) {
  if (!needs_profile_data(request)) return std::nullopt;
  if (auto obstacle = sweep_obstacle(request, report)) {
    findings.add(std::move(*obstacle));
    return std::nullopt;
  }
  CurveOptions curve_options = options.curves;
  curve_options.database = options.database;
  auto curves = sweep_curves(request, report.chosen->unit, tables, curve_options);
  if (curves.has_value()) return std::move(*curves);
  const Diagnostic& why = curves.error().items().front();
  findings.add(without(request, why.reason, why.hint));
  return std::nullopt;
}

}  // namespace dynamo
