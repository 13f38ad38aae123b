#include <array>
#include <string>
#include <utility>

#include "rules/limits.h"
#include "rules/rules.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr double kDefaultTtftMs = 2000;
constexpr double kDefaultItlMs = 30;
constexpr auto kOptimizationWords = std::to_array<std::string_view>({"latency", "throughput"});

using FieldState = Field<double>::State;

bool is_null(const Field<double>& field) {
  return field.state == FieldState::kNull;
}

constexpr Range kTokenLatency{.low = 0, .high = kMaxTokenLatencyMs, .open_low = true, .unit = "ms"};
constexpr Range kRequestLatency{.low = 0, .high = kMaxRequestLatencyMs, .open_low = true, .unit = "ms"};

void check_end_to_end(Report& report) {
  const RequestSpec::Sla& sla = report.spec.sla;
  if (check_range(report, "sla.e2eLatency.range", "sla.e2eLatency", sla.e2e_latency, kRequestLatency)) {
    report.request.e2e_ms = sla.e2e_latency.value;
  }
  if (sla.ttft.set() || sla.itl.set()) {
    check_range(report, "sla.ttft.range", "sla.ttft", sla.ttft, kTokenLatency);
    check_range(report, "sla.itl.range", "sla.itl", sla.itl, kTokenLatency);
    const std::string beside = sla.ttft.set() ? (sla.itl.set() ? "ttft and itl" : "ttft") : "itl";
    report.error({.rule = "sla.e2e.exclusive",
                  .code = DiagnosticCode::kForbidden,
                  .field = "sla",
                  .reason = "e2eLatency cannot be combined with " + beside,
                  .hint = "write ttft: null and itl: null, or remove e2eLatency",
                  .mark = sla.e2e_latency.key_mark});
    return;
  }
  std::string unwritten;
  for (const auto& [field, name] : {std::pair(&sla.ttft, "ttft"), std::pair(&sla.itl, "itl")}) {
    if (!is_null(*field) && !field->malformed) {
      unwritten += (unwritten.empty() ? "" : " and ") + std::string(name) + ": null";
    }
  }
  if (!unwritten.empty() && !report.options.nulls_pruned) {
    report.error({.rule = "sla.e2e.nulls",
                  .code = DiagnosticCode::kRequired,
                  .field = "sla.e2eLatency",
                  .reason = "an end-to-end goal needs " + unwritten + " written beside it",
                  .hint = "without it the defaults, ttft 2000 ms and itl 30 ms, would apply too",
                  .bad_value = shortest(sla.e2e_latency.value),
                  .mark = sla.e2e_latency.key_mark});
  }
}

void take_or_default(Report& report,
                     RuleId rule,
                     std::string_view path,
                     const Field<double>& field,
                     double fallback,
                     std::optional<double>& result) {
  if (!field.set()) {
    result = fallback;
    report.origin(path, shortest(fallback), "default");
  } else if (check_range(report, rule, path, field, kTokenLatency)) {
    result = field.value;
  }
}

/// True if a null leaves a goal out. What is absent has a default; what is null has none.
bool check_nulls(Report& report) {
  const RequestSpec::Sla& sla = report.spec.sla;
  if (is_null(sla.ttft) && is_null(sla.itl)) {
    report.error({.rule = "sla.goal.required",
                  .code = DiagnosticCode::kRequired,
                  .field = "sla",
                  .reason = "ttft and itl are null and there is no e2eLatency",
                  .hint = "set e2eLatency, or ttft and itl, or leave all three out for ttft 2000 ms and itl 30 ms",
                  .mark = sla.ttft.key_mark});
    return true;
  }
  if (is_null(sla.ttft) || is_null(sla.itl)) {
    const std::string missing = is_null(sla.ttft) ? "ttft" : "itl";
    const Field<double>& null_field = is_null(sla.ttft) ? sla.ttft : sla.itl;
    report.error({.rule = "sla.pair",
                  .code = DiagnosticCode::kRequired,
                  .field = "sla." + missing,
                  .reason = "is null, but ttft and itl go together",
                  .hint = "give both, or both as null beside e2eLatency",
                  .mark = report.place(null_field)});
    return true;
  }
  return false;
}

void check_per_token(Report& report) {
  const RequestSpec::Sla& sla = report.spec.sla;
  if (check_nulls(report)) {
    check_range(report, "sla.ttft.range", "sla.ttft", sla.ttft, kTokenLatency);
    check_range(report, "sla.itl.range", "sla.itl", sla.itl, kTokenLatency);
    return;
  }
  take_or_default(report, "sla.ttft.range", "sla.ttft", sla.ttft, kDefaultTtftMs, report.request.ttft_ms);
  take_or_default(report, "sla.itl.range", "sla.itl", sla.itl, kDefaultItlMs, report.request.itl_ms);
}

void check_optimization(Report& report) {
  const Field<std::string>& type = report.spec.sla.optimization_type;
  if (!check_word(report, "sla.optimizationType.known", "sla.optimizationType", type, kOptimizationWords) ||
      type.value != "latency") {
    return;
  }
  report.warning({.rule = "sla.optimizationType.effect",
                  .field = "sla.optimizationType",
                  .reason = "latency has no effect: the pick has the highest throughput under the SLA",
                  .hint = "tighten ttft and itl instead",
                  .bad_value = type.value,
                  .mark = type.mark});
}

}  // namespace

void check_sla(Report& report) {
  if (report.spec.sla.e2e_latency.set()) {
    check_end_to_end(report);
  } else if (!report.spec.sla.e2e_latency.malformed) {
    check_per_token(report);
  }
  check_optimization(report);
}

}  // namespace dynamo
