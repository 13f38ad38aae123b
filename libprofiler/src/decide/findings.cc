#include "decide/findings.h"

#include <algorithm>
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

/// With an error band a limit may hold although the prediction misses it: `best_case` is the favourable end.
bool in_doubt(const PickReport& report, double best_case, double limit) {
  return report.provenance.band.has_value() && best_case <= limit;
}

double best_case_factor(const PickReport& report, std::string_view field) {
  if (!report.provenance.band) return 1;
  const ErrorBand& band = *report.provenance.band;
  if (field == "ttft") return band.ttft.low;
  return field == "itl" ? band.itl.low : std::min(band.ttft.low, band.itl.low);
}

/// One missed target in the words of ux: what was asked, what there is.
void add_miss(const ValidatedRequest& request, const PickReport& report, std::string field,
              const std::optional<double>& asked, const std::optional<double>& best, Diagnostics& findings) {
  if (!asked || !best) return;
  const std::string reached = significant(*best, 4) + " ms";
  const double best_case = *best * best_case_factor(report, field);
  if (in_doubt(report, best_case, *asked)) {
    findings.add(warning("profile.sla.doubtful", "spec.sla." + field,
                         shortest(*asked) + " ms may be out of reach on " + std::to_string(request.total_gpus) + " " +
                             request.system->name + "; modelled " + reached + ", at best " + significant(best_case, 4) + " ms (" +
                             layout_of(request, *report.chosen) + ")",
                         "continuing with " + reached));
    return;
  }
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
void add_short_load(const ValidatedRequest& request, const PickReport& report, Diagnostics& findings) {
  const Pick& chosen = *report.chosen;
  const double replicas = std::ceil(chosen.replicas * 100.0 / chosen.load_served_percent);
  const double at_best = chosen.load_served_percent * (report.provenance.band ? report.provenance.band->throughput.high : 1);
  const bool doubtful = in_doubt(report, 100, at_best);
  const std::string load = request.request_rate ? "spec.workload.requestRate" : "spec.workload.concurrency";
  findings.add(warning(doubtful ? "profile.load.doubtful" : "profile.load.short", load,
                       std::string(doubtful ? "may need" : "needs") + " about " + fixed(replicas * chosen.unit.gpus, 0) +
                           " GPUs and has " +
                           std::to_string(request.total_gpus) + ", which carry " +
                           significant(chosen.load_served_percent, 2) + " % of the load",
                       "add GPUs or lower the load"));
}

std::string percent(double share) { return fixed(share * 100, 0) + " %"; }

/// Numbers of the modelled tier, with what they are worth.
void add_modelled(const ValidatedRequest& request, const PickReport& report, Diagnostics& findings) {
  const Provenance& from = report.provenance;
  const Estimate& unit = report.chosen->unit;
  std::string reason = request.model_name + " on " + request.system->name + " with " + std::string(name_of(unit.decode.backend)) +
                       " is not measured: " + percent(from.estimated) + " of the time is modelled";
  if (from.band) {
    const auto text = [](double ms) { return ms < 100 ? significant(ms, 3) : fixed(ms, 0); };
    const auto range = [&](double ms, const Band& band) { return text(ms * band.low) + " to " + text(ms * band.high) + " ms"; };
    reason += "; TTFT " + range(unit.ttft_ms, from.band->ttft) + ", ITL " + range(unit.tpot_ms, from.band->itl);
  }
  findings.add(warning("profile.modelled", "", std::move(reason),
                       "`kubectl dynamo support --model " + request.model_name + "` shows where it is measured"));
}

/// Measured rows that cannot be right, one finding for each kind of pass.
void add_suspects(const PickReport& report, Diagnostics& findings) {
  for (const std::string_view pass : {"prefill", "decode"}) {
    std::string kernels;
    double excess = 0;
    for (const SuspectKernel& suspect : report.provenance.suspects) {
      if (suspect.pass != pass) continue;
      excess += suspect.excess_share;
      kernels += (kernels.empty() ? "" : ", ") + suspect.kernel + " " + significant(suspect.factor, 2) + "x " +
                 (suspect.contradicts == "neighbours" ? "its time with more work" : "the usual loss");
    }
    if (kernels.empty()) continue;
    findings.add(warning("profile.rows.suspect", "",
                         percent(excess) + " of a " + std::string(pass) +
                             " pass comes from measured rows that contradict their neighbours or the roofline: " + kernels,
                         "the engine is probably faster than predicted; compare other backends, or --perf-version previous"));
  }
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
                         "`kubectl dynamo support` shows which GPUs and backends are measured or modelled"));
  } else {
    if (report.provenance.tier == kTierModelled) add_modelled(request, report, findings);
    add_suspects(report, findings);
    if (!report.sla_met) add_misses(request, report, findings);
    if (report.chosen->load_served_percent > 0 && report.chosen->load_served_percent < 100) {
      add_short_load(request, report, findings);
    }
  }
  findings.append(emit::check_operator_names(request, report));
  return findings;
}

}  // namespace dynamo
