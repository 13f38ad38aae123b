#include "decide/findings.h"

#include <cmath>
#include <string>
#include <utility>

#include "emit/naming.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

Diagnostic warning(std::string rule, std::string path, std::string reason, std::string hint) {
  return {.severity = Severity::kWarning, .code = DiagnosticCode::kUnsupported, .rule = std::move(rule),
          .path = std::move(path), .bad_value = {}, .reason = std::move(reason), .hint = std::move(hint), .source = {}, .mark = {}};
}

std::string layout_of(const ValidatedRequest& request, const Pick& pick) {
  const std::string layout = layout_text(pick, request.model.is_moe());
  if (pick.unit.mode == ServingMode::kDisaggregated) return "disagg " + layout;
  return "agg " + layout + ", batch " + std::to_string(pick.unit.decode.batch);
}

/// One missed target in the words of ux: what was asked, what there is.
void add_miss(const ValidatedRequest& request, const PickReport& report, std::string field,
              const std::optional<double>& asked, const std::optional<double>& best, Diagnostics& findings) {
  if (!asked || !best) return;
  const std::string reached = significant(*best, 4) + " ms";
  findings.add(warning("profile.sla.unreachable", "spec.sla." + field,
                       shortest(*asked) + " ms is out of reach on " + std::to_string(request.total_gpus) + " " +
                           request.system->name + "; best " + reached + " (" + layout_of(request, *report.chosen) + ")",
                       "continuing with " + reached));
}

void add_misses(const ValidatedRequest& request, const PickReport& report, Diagnostics& findings) {
  add_miss(request, report, "ttft", request.ttft_ms, report.best_ttft_ms, findings);
  add_miss(request, report, "itl", request.itl_ms, report.best_itl_ms, findings);
  add_miss(request, report, "e2eLatency", request.e2e_ms, report.best_e2e_ms, findings);
}

/// Rates add up over replicas, so the replicas needed follow from the share that is served.
void add_short_load(const ValidatedRequest& request, const Pick& chosen, Diagnostics& findings) {
  const double replicas = std::ceil(chosen.replicas * 100.0 / chosen.load_served_percent);
  const std::string load = request.request_rate ? "spec.workload.requestRate" : "spec.workload.concurrency";
  findings.add(warning("profile.load.short", load,
                       "needs about " + fixed(replicas * chosen.unit.gpus, 0) + " GPUs and has " +
                           std::to_string(request.total_gpus) + ", which carry " +
                           significant(chosen.load_served_percent, 2) + " % of the load",
                       "add GPUs or lower the load"));
}

}  // namespace

Diagnostics findings_of(const ValidatedRequest& request, const PickReport& report) {
  Diagnostics findings;
  if (request.strategy == SearchStrategy::kThorough) {
    findings.add(warning("profile.thorough.simulated", "spec.searchStrategy",
                         "nothing was deployed or measured: this is the prediction that `rapid` gives",
                         "benchmark the deployment before relying on it"));
  }
  if (report.naive) {
    findings.add(warning("profile.unverified", "",
                         "latency unknown, only the memory was checked (" + report.provenance.tables + ")",
                         "check with `kubectl dynamo tables list` which GPUs and backends are measured"));
  } else {
    if (!report.sla_met) add_misses(request, report, findings);
    if (report.chosen->load_served_percent > 0 && report.chosen->load_served_percent < 100) {
      add_short_load(request, *report.chosen, findings);
    }
  }
  findings.append(emit::check_operator_names(request, report));
  return findings;
}

}  // namespace dynamo
