#include <optional>
#include <string>
#include <utility>

#include "dynamo/profiler/serving_limit.h"
#include "rules/rules.h"

namespace dynamo {
namespace {

PickingMode picking_of(const ValidatedRequest& request) {
  if (request.planner_scaling) {
    return PickingMode::kAutoscale;
  }
  return request.request_rate || request.concurrency ? PickingMode::kLoadMatch : PickingMode::kDefault;
}

/// A planner scales one backend: of `auto` only the one it is configured for is left.
void follow_planner(Report& report) {
  ValidatedRequest& request = report.request;
  if (!request.planner_scaling || request.backends.size() < 2) {
    return;
  }
  const Value* written = request.planner.find("backend");
  const std::string* name = written == nullptr ? nullptr : written->as_string();
  std::optional<Backend> backend = name == nullptr ? std::nullopt : backend_from_name(*name);
  if (!backend && report.options.job) {
    backend = Backend::kVllm;   // what the planner's own configuration defaults to
  }
  if (backend) {
    request.backends = {*backend};
  }
}

void check_hidden_load(Report& report) {
  const RequestSpec::Workload& workload = report.spec.workload;
  if (!report.request.planner_scaling || (!workload.request_rate.set() && !workload.concurrency.set())) {
    return;
  }
  const bool rate = workload.request_rate.set();
  report.warning(
      {.rule = "workload.load.planner",
       .field = rate ? "workload.requestRate" : "workload.concurrency",
       .reason = "has no effect: the planner scales at runtime, so one prefill and one decode engine are picked",
       .hint = "remove features.planner to size for this load",
       .mark = rate ? workload.request_rate.key_mark : workload.concurrency.key_mark});
}

void check_context(Report& report) {
  const ValidatedRequest& request = report.request;
  const std::int64_t tokens = request.isl + request.osl;
  if (request.model.max_positions <= 0 || tokens <= request.model.max_positions) {
    return;
  }
  report.warning({.rule = "workload.context.length",
                  .field = "workload",
                  .reason = "isl + osl is " + std::to_string(tokens) + " tokens, more than the " +
                            std::to_string(request.model.max_positions) + " of " + request.model_name,
                  .hint = "engines refuse such requests unless their context is extended",
                  .mark = report.place(report.spec.workload.isl, report.spec.workload.osl.mark)});
}

void check_checkpoint(Report& report) {
  const ValidatedRequest& request = report.request;
  if (request.system == nullptr) {
    return;
  }
  const auto limit = serving_limit(request.model, *request.system);
  if (!limit) {
    return;
  }
  report.error({.rule = "model.checkpoint.gpu",
                .code = DiagnosticCode::kNotSupported,
                .field = "model",
                .reason = limit->reason,
                .hint = limit->instead != nullptr ? "use " + limit->instead->id : "use a checkpoint in another format",
                .bad_value = request.model_name,
                .mark = report.spec.model.mark});
}

}  // namespace

void check_combinations(Report& report) {
  report.request.picking = picking_of(report.request);
  follow_planner(report);
  check_checkpoint(report);
  check_hidden_load(report);
  check_context(report);
}

ValidateResult validate_request(const RequestSpec& spec, const ValidateOptions& options) {
  ValidateResult result;
  ValidatedRequest request;
  Report report(spec, options, request, result.diagnostics);
  check_identity(report);
  check_strategy(report);
  check_hardware(report);
  check_workload(report);
  check_sla(report);
  check_model_cache(report);
  check_features(report);
  check_overrides(report);
  check_combinations(report);
  result.diagnostics.sort();
  const bool complete = !spec.model.malformed && !spec.hardware.gpu_sku.malformed && !spec.sla.e2e_latency.malformed;
  if (complete && !result.diagnostics.has_errors()) {
    result.request = std::move(request);
  }
  return result;
}

ValidateResult check_document(const Document& document, const ValidateOptions& options) {
  Diagnostics decoding;
  const RequestSpec spec = decode_request(document, decoding);
  ValidateResult result = validate_request(spec, options);
  if (decoding.has_errors()) {
    result.request.reset();
  }
  result.diagnostics.append(decoding);
  result.diagnostics.sort();
  return result;
}

}  // namespace dynamo
