#include "dynamo/profiler/emit.h"
#include "emit/api_version.h"
#include "emit/backends/engine_args.h"
#include "emit/deployment_tree.h"
#include "emit/model_path.h"
#include "emit/naming.h"
#include "emit/plan.h"
#include "emit/runtime.h"
#include "emit/template/base_template.h"
#include "emit/tolerations.h"
#include "facts/backend_facts.h"

namespace dynamo {
namespace {

std::expected<std::string, Diagnostics> kv_dtype(const ValidatedRequest& request, const emit::WorkerPlan& worker) {
  const KvQuant kv = worker.engine.quant.kv;
  const Backend backend = worker.engine.backend;
  if (const auto spelling = emit::kv_spelling(backend, kv, request.model.quant))
    return std::string(*spelling);
  return std::unexpected(
      one_error(DiagnosticCode::kUnsupported,
                "emit.kv_cache_format",
                std::string(name_of(backend)) + " has no KV cache in " + std::string(facts_of(kv).name)));
}

std::vector<std::string> engine_args(const emit::EngineContext& context) {
  switch (context.worker->engine.backend) {
    case Backend::kTrtllm:
      return emit::trtllm_args(context);
    case Backend::kSglang:
      return emit::sglang_args(context);
    case Backend::kVllm:
      return emit::vllm_args(context);
  }
  return {};
}

std::expected<std::vector<emit::RenderedWorker>, Diagnostics> render_workers(const ValidatedRequest& request,
                                                                             const emit::DeploymentPlan& plan,
                                                                             const emit::ModelLocation& location,
                                                                             const std::string& image,
                                                                             std::string_view asked_version) {
  const auto version = emit::runtime_of(request, asked_version, image);
  std::vector<emit::RenderedWorker> rendered;
  for (const auto& worker : plan.workers) {
    auto dtype = kv_dtype(request, worker);
    if (!dtype)
      return std::unexpected(std::move(dtype.error()));
    rendered.push_back({&worker, engine_args({&request, &worker, location, std::move(*dtype), version})});
  }
  return rendered;
}

}  // namespace

std::expected<Deployment, Diagnostics> emit_deployment(const ValidatedRequest& request,
                                                       const PickReport& report,
                                                       const EmitOptions& options) {
  auto plan = emit::plan_deployment(request, report);
  if (!plan)
    return std::unexpected(std::move(plan.error()));
  const emit::BaseTemplate base = emit::base_template(request, options);
  if (auto problems = emit::name_services(request, options, *plan); problems.has_errors())
    return std::unexpected(std::move(problems));
  base.name_workers(*plan);

  const emit::Images images(request, plan->backend, options.runtime_version);
  const std::string image = images.engine();
  const auto location = emit::locate_model(request);
  const auto workers = render_workers(request, *plan, location, image, options.runtime_version);
  if (!workers)
    return std::unexpected(workers.error());

  Deployment out;
  out.warnings = images.assumptions();
  Value spec = emit::deployment_spec(request, *plan, location, image, *workers);
  Value object = emit::deployment_object(request, std::move(spec));
  base.apply(object, plan->backend, out.warnings);
  if (out.warnings.has_errors())
    return std::unexpected(std::move(out.warnings));
  if (options.apply_overrides)
    emit::add_job_tolerations(object, request.overrides_profiling_job);
  emit::name_deployment(*plan, options, object);
  out.documents.push_back(emit::in_version(std::move(object), base.written_api(options.api), images.declared()));
  return out;
}

}  // namespace dynamo
