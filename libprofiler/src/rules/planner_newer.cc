#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>

#include "rules/planner.h"

namespace dynamo {
namespace {

std::string_view text(const Value& planner, std::string_view key, std::string_view fallback) {
  const Value* value = planner.find(key);
  const std::string* written = value == nullptr ? nullptr : value->as_string();
  return written == nullptr ? fallback : std::string_view(*written);
}

bool given(const Value& planner, std::string_view key) {
  const Value* value = planner.find(key);
  return value != nullptr && !value->is_null();
}

void refuse(Report& report, const Value& planner, RuleId rule, const std::string& key, std::string reason, std::string hint) {
  report.error({.rule = rule,
                .code = DiagnosticCode::kForbidden,
                .field = "features.planner." + key,
                .reason = std::move(reason),
                .hint = std::move(hint),
                .mark = planner_mark(report, planner, key)});
}

/// Which roles a mode scales.
bool scales_prefill(std::string_view mode) { return mode == "disagg" || mode == "prefill"; }
bool scales_decode(std::string_view mode) { return mode != "prefill"; }

void check_endpoints(Report& report, const Value& planner, std::string_view mode) {
  const bool both = mode == "disagg";
  const auto check = [&](const std::string& key, bool fits) {
    if (!given(planner, key) || fits) return;
    refuse(report, planner, "planner.endpoints", key, "has no meaning in mode " + std::string(mode), "use min_endpoint");
  };
  check("prefill_min_endpoint", both || mode == "prefill");
  check("decode_min_endpoint", both || mode == "decode");
}

void check_samples(Report& report, const Value& planner) {
  const Value* size = planner.find("fpm_sample_bucket_size");
  if (size == nullptr || size->as_int() == nullptr) return;
  const auto root = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(*size->as_int()))));
  if (root * root == *size->as_int()) return;
  refuse(report, planner, "planner.samples", "fpm_sample_bucket_size", "must be a square number", "the default is 16");
}

void check_threshold_pair(Report& report, const Value& planner, const std::string& up, const std::string& down) {
  if (!given(planner, up) || !given(planner, down)) {
    refuse(report, planner, "planner.thresholds", given(planner, up) ? down : up,
           "is missing, and optimization_target is load", "give both " + up + " and " + down);
  } else if (planner.find(up)->number_or(0) <= planner.find(down)->number_or(0)) {
    refuse(report, planner, "planner.thresholds", up, "must be above " + down, "");
  }
}

void check_power(Report& report, const Value& planner, std::string_view mode) {
  const Value* on = planner.find("enable_power_awareness");
  if (on == nullptr || on->as_bool() == nullptr || !*on->as_bool()) return;
  const auto complain = [&](std::string reason, std::string hint) {
    refuse(report, planner, "planner.power", "enable_power_awareness", std::move(reason), std::move(hint));
  };
  if (!given(planner, "total_gpu_power_limit")) complain("needs total_gpu_power_limit", "give the limit of all GPUs in watts");
  if (text(planner, "environment", "kubernetes") != "kubernetes") {
    complain("works in environment kubernetes only", "the limits of single GPUs are read from the deployment's status");
  }
  if (mode == "agg") complain("does not work in mode agg", "");
}

void check_scale_interval(Report& report, const Value& planner) {
  const Value* interval = planner.find_path({"scheduling", "scale_interval_seconds"});
  if (interval == nullptr) return;
  const double seconds = interval->number_or(0);
  const double ticks = seconds > 0 ? common_interval_s(planner) / seconds : 0;
  if (ticks >= 1 && std::abs(ticks - std::round(ticks)) < 1e-9) return;
  refuse(report, planner, "planner.scaleInterval", "scheduling",
         "scale_interval_seconds does not divide the adjustment intervals", "leave it out to get a fitting one");
}

}  // namespace

double common_interval_s(const Value& planner) {
  const auto millis = [](double s) { return static_cast<std::int64_t>(std::llround(s * 1000.0)); };
  std::int64_t common = millis(load_interval_s(planner));
  if (planner_scaling(planner).throughput) common = std::gcd(common, millis(throughput_interval_s(planner)));
  return static_cast<double>(common) / 1000.0;
}

void check_newer_planner(Report& report, const Value& planner) {
  const std::string_view mode = text(planner, "mode", "disagg");
  check_endpoints(report, planner, mode);
  check_samples(report, planner);
  if (text(planner, "optimization_target", "") == "load") {
    if (scales_prefill(mode)) {
      check_threshold_pair(report, planner, "prefill_scale_up_queue_tokens", "prefill_scale_down_queue_tokens");
    }
    if (scales_decode(mode)) check_threshold_pair(report, planner, "decode_scale_up_kv_rate", "decode_scale_down_kv_rate");
  }
  check_power(report, planner, mode);
  check_scale_interval(report, planner);
}

}  // namespace dynamo
