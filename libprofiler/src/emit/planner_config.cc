#include "emit/planner_config.h"

#include <algorithm>

#include "dynamo/profiler/document_io.h"
#include "emit/config_map.h"
#include "rules/planner.h"

namespace dynamo::emit {
namespace {

Diagnostic warning(std::string key, std::string rule, std::string reason, std::string hint) {
  Diagnostic finding;
  finding.severity = Severity::kWarning;
  finding.rule = std::move(rule);
  finding.path = "spec.features.planner." + std::move(key);
  finding.reason = std::move(reason);
  finding.hint = std::move(hint);
  return finding;
}

std::string_view title(PlannerLine line) {
  switch (line) {
    case PlannerLine::k1_0: return "1.0";
    case PlannerLine::k1_1: return "1.1";
    case PlannerLine::kNewest: return "1.2 and newer";
  }
  return "";
}

std::string text(const Value& planner, std::string_view key) {
  const Value* value = planner.find(key);
  return value == nullptr || value->as_string() == nullptr ? std::string() : *value->as_string();
}

/// A whole number in a field of the planner that holds a fraction: it writes 300.0.
Value as_written(const PlannerKey& key, const Value& value) {
  return key.kind == PlannerKey::Kind::kNumber && value.is_number() ? Value(value.number_or(0)) : value;
}

class ConfigBuilder {
 public:
  ConfigBuilder(const ValidatedRequest& request, const PickReport& report, const PlannerContext& context, Diagnostics& warnings)
      : request_(request), unit_(report.chosen->unit), report_(report), context_(context), warnings_(warnings) {}

  Value build() {
    follow_from_pick();
    follow_from_targets();
    follow_from_scaling();
    for (const Member& member : *request_.planner.as_object()) take(member);
    profiler_decides();
    return written();
  }

 private:
  /// Sets what a key means under the name this line gives it; nothing where it has no such key.
  void put(std::string_view name, Value value) {
    const PlannerKey* key = key_in(*find_planner_key(name), context_.line);
    if (key != nullptr) values_.set(key->name, as_written(*key, value));
  }

  [[nodiscard]] bool given(std::string_view name) const {
    const PlannerKey* key = find_planner_key(name);
    return std::ranges::any_of(*request_.planner.as_object(), [&](const Member& member) {
      const PlannerKey* other = find_planner_key(member.key);
      return other != nullptr && same_meaning(*key, *other);
    });
  }

  void follow_from_pick() {
    put("backend", std::string(name_of(unit_.decode.backend)));
    put("mode", unit_.mode == ServingMode::kAggregated ? "agg" : "disagg");
    put("max_gpu_budget", request_.total_gpus);
    put("decode_engine_num_gpu", unit_.decode.parallel.gpus());
    if (unit_.mode == ServingMode::kDisaggregated) put("prefill_engine_num_gpu", unit_.prefill.parallel.gpus());
    if (!context_.swept) put("pre_deployment_sweeping_mode", std::string(kNoSweep));
  }

  /// The targets the pick was made for; those out of reach as far as they are reached.
  void follow_from_targets() {
    if (request_.e2e_ms) {
      const double total = report_.best_e2e_ms.value_or(*request_.e2e_ms);
      const double itl = (total - unit_.ttft_ms) / static_cast<double>(std::max<std::int64_t>(1, request_.osl - 1));
      put("ttft", unit_.ttft_ms);
      put("itl", std::max(itl, unit_.tpot_ms));
      return;
    }
    if (request_.ttft_ms) put("ttft", report_.best_ttft_ms.value_or(*request_.ttft_ms));
    if (request_.itl_ms) put("itl", report_.best_itl_ms.value_or(*request_.itl_ms));
  }

  /// Newer planners scale by throughput for the target `sla` only.
  void follow_from_scaling() {
    const PlannerScaling scaling = planner_scaling(request_.planner);
    if (scaling.throughput) {
      put("optimization_target", "sla");
    } else if (context_.line != PlannerLine::k1_0) {
      put("enable_throughput_scaling", false);
      put("enable_load_scaling", true);
    }
  }

  void take(const Member& member) {
    const PlannerKey* key = find_planner_key(member.key);
    if (key == nullptr) return;   // was warned of when the request was read
    const PlannerKey* ours = key_in(*key, context_.line);
    if (ours == nullptr) {
      warnings_.add(warning(member.key, "planner.key.line",
                            "is not read by the planner of Dynamo " + std::string(title(context_.line)) + " and was left out",
                            "another runtime version is named by --runtime-version or the tag of spec.image"));
      return;
    }
    if (key->kind == PlannerKey::Kind::kWord && std::ranges::find(key->values, text(request_.planner, member.key)) == key->values.end()) {
      return;   // the planner would refuse it; its default stays
    }
    if (key->kind == PlannerKey::Kind::kObject) {
      complete(*ours, member.value);
    } else {
      put(key->name, member.value);
    }
  }

  /// An object written in part keeps the planner's other members.
  void complete(const PlannerKey& key, const Value& value) {
    if (value.is_null() || value.as_object() == nullptr) {
      values_.set(key.name, value);
      return;
    }
    Value whole = fallback(key);
    for (const Member& member : *value.as_object()) whole.set(member.key, member.value);
    values_.set(key.name, std::move(whole));
  }

  /// Whatever was written: how large the engines are, and what lies where.
  void profiler_decides() {
    put("profile_results_dir", std::string(kProfileDataMount));
    put("decode_engine_num_gpu", unit_.decode.parallel.gpus());
    if (unit_.mode == ServingMode::kDisaggregated) put("prefill_engine_num_gpu", unit_.prefill.parallel.gpus());
    if (context_.mocker) replace("backend", "mocker");
    if (text(request_.planner, "pre_deployment_sweeping_mode") == "thorough") replace("pre_deployment_sweeping_mode", "rapid");
    if (!context_.swept) put("pre_deployment_sweeping_mode", std::string(kNoSweep));
  }

  void replace(const std::string& key, const std::string& value) {
    if (given(key) && text(request_.planner, key) != value) {
      warnings_.add(warning(key, "planner.value.replaced", "was written as " + value,
                            key == "backend" ? "the workers are mockers" : "a sweep on GPUs is not run; these curves are simulated"));
    }
    put(key, value);
  }

  static Value fallback(const PlannerKey& key) {
    auto value = read_json(key.fallback, "planner_keys.tsv");
    return value.has_value() ? std::move(*value) : Value();
  }

  Value written() const {
    Value out{Object{}};
    for (const PlannerKey& key : planner_keys()) {
      const Value* value = values_.find(key.name);
      if (value != nullptr) {
        out.set(key.name, *value);
      } else if (key.in(context_.line) == PlannerKey::Use::kWritten) {
        out.set(key.name, fallback(key));
      }
    }
    if (Value* scheduling = out.find("scheduling"); scheduling != nullptr && scheduling->as_object() != nullptr &&
                                                    request_.planner.find_path({"scheduling", "scale_interval_seconds"}) == nullptr) {
      scheduling->set("scale_interval_seconds", common_interval_s(request_.planner));
    }
    return out;
  }

  const ValidatedRequest& request_;
  const Estimate& unit_;
  const PickReport& report_;
  const PlannerContext& context_;
  Diagnostics& warnings_;
  Value values_{Object{}};
};

/// Planners of the 1.0 line find the router's metrics by themselves only in a cluster.
bool lacks_router_metrics(const ValidatedRequest& request, PlannerLine line) {
  const std::string environment = text(request.planner, "environment");
  return line == PlannerLine::k1_0 && planner_scaling(request.planner).load && !environment.empty() &&
         environment != "kubernetes" && text(request.planner, "load_router_metrics_url").empty();
}

}  // namespace

std::expected<Value, Diagnostics> planner_config(const ValidatedRequest& request, const PickReport& report,
                                                 const PlannerContext& context, Diagnostics& warnings) {
  if (lacks_router_metrics(request, context.line)) {
    Diagnostics problem = one_error(DiagnosticCode::kRequired, "planner.routerMetrics",
                                    "features.planner.load_router_metrics_url is missing, and environment is not kubernetes",
                                    "name the router's metrics endpoint, or a runtime of 1.1 or newer");
    return std::unexpected(std::move(problem));
  }
  return ConfigBuilder(request, report, context, warnings).build();
}

}  // namespace dynamo::emit
