#include "rules/planner.h"

#include <string>

namespace dynamo {
namespace {

// Defaults of PlannerConfig, in seconds.
constexpr double kThroughputIntervalS = 180;
constexpr double kLoadIntervalS = 5;

bool flag(const Value& planner, std::string_view key, bool fallback) {
  const Value* value = planner.find(key);
  const bool* written = value == nullptr ? nullptr : value->as_bool();
  return written == nullptr ? fallback : *written;
}

std::string_view text(const Value& planner, std::string_view key) {
  const Value* value = planner.find(key);
  const std::string* written = value == nullptr ? nullptr : value->as_string();
  return written == nullptr ? std::string_view() : std::string_view(*written);
}

double seconds(const Value& planner, std::string_view key, double fallback) {
  const Value* value = planner.find(key);
  if (value == nullptr) {
    value = planner.find(std::string(key) + "_seconds");
  }
  return value == nullptr ? fallback : value->number_or(fallback);
}

void check_sweep(Report& report, const Value& planner) {
  report.error({.rule = "planner.sweep.throughput",
                .code = DiagnosticCode::kForbidden,
                .field = "features.planner.pre_deployment_sweeping_mode",
                .reason = "throughput scaling reads the sweep that \"none\" skips",
                .hint = "use rapid or thorough, or enable_throughput_scaling: false with enable_load_scaling: true",
                .bad_value = std::string(kNoSweep),
                .mark = planner_mark(report, planner, "pre_deployment_sweeping_mode")});
}

void check_intervals(Report& report, const Value& planner) {
  if (load_interval_s(planner) < throughput_interval_s(planner)) {
    return;
  }
  report.error({.rule = "planner.intervals",
                .code = DiagnosticCode::kForbidden,
                .field = "features.planner.load_adjustment_interval",
                .reason = "must be shorter than throughput_adjustment_interval when both scalings are on",
                .hint = "load reacts within seconds (default 5), throughput within minutes (default 180)",
                .mark = planner_mark(report, planner, "load_adjustment_interval")});
}

}  // namespace

PlannerScaling planner_scaling(const Value& planner) {
  const std::string_view target = text(planner, "optimization_target");
  if (!target.empty() && target != "sla") {
    return {.throughput = false, .load = true};
  }
  return {.throughput = flag(planner, "enable_throughput_scaling", true),
          .load = flag(planner, "enable_load_scaling", false)};
}

double throughput_interval_s(const Value& planner) {
  return seconds(planner, "throughput_adjustment_interval", kThroughputIntervalS);
}

double load_interval_s(const Value& planner) {
  return seconds(planner, "load_adjustment_interval", kLoadIntervalS);
}

bool sweep_is_rapid(const Value& planner) {
  const std::string_view mode = text(planner, "pre_deployment_sweeping_mode");
  return !sweep_is_off(planner) && (mode.empty() || mode == "rapid");
}

bool sweep_is_off(const Value& planner) {
  const Value* mode = planner.find("pre_deployment_sweeping_mode");
  return mode != nullptr && (mode->is_null() || text(planner, "pre_deployment_sweeping_mode") == kNoSweep);
}

bool check_planner(Report& report, const Value& planner) {
  const PlannerScaling scaling = planner_scaling(planner);
  if (!scaling.throughput && !scaling.load) {
    report.error({.rule = "planner.scaling.required",
                  .code = DiagnosticCode::kForbidden,
                  .field = "features.planner",
                  .reason = "enable_throughput_scaling and enable_load_scaling are both off",
                  .hint = "switch one on, or remove the planner",
                  .mark = planner_mark(report, planner, "enable_throughput_scaling")});
  }
  if (scaling.throughput && sweep_is_off(planner)) {
    check_sweep(report, planner);
  }
  if (scaling.throughput && scaling.load) {
    check_intervals(report, planner);
  }
  if (text(planner, "environment") == "global-planner" && text(planner, "global_planner_namespace").empty()) {
    report.error({.rule = "planner.globalNamespace.required",
                  .code = DiagnosticCode::kRequired,
                  .field = "features.planner.global_planner_namespace",
                  .reason = "is missing, and environment is global-planner",
                  .hint = "name the namespace the global planner runs in",
                  .mark = planner_mark(report, planner, "environment")});
  }
  check_newer_planner(report, planner);
  return scaling.throughput || scaling.load;
}

}  // namespace dynamo
