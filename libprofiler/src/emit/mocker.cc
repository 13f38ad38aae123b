#include "dynamo/profiler/assembly.h"
#include "emit/config_map.h"
#include "emit/deployment_tree.h"
#include "emit/metadata.h"
#include "emit/naming.h"
#include "emit/runtime.h"
#include "emit/template/base_template.h"
#include "emit/tolerations.h"

namespace dynamo {
namespace {

using emit::ModelLocation;

/// One role of the mocker; it has the engine's speed from the curves and takes no GPU.
Value worker(const ValidatedRequest& request, const ModelLocation& location, const std::string& image, const char* role) {
  Value service;
  service.set("envFromSecret", emit::kTokenSecret);
  service.set("componentType", "worker");
  service.set("subComponentType", role);
  service.set("replicas", 1);
  emit::mount_cache(service, location);
  Value main;
  main.set("image", image);
  main.set("workingDir", std::string(emit::kWorkspace));
  main.set("command", Array{"python3", "-m", "dynamo.mocker"});
  main.set("args", Array{"--model-path", location.model_path, "--model-name", request.model_name, "--speedup-ratio", "1.0",
                         "--disaggregation-mode", role});
  emit::set_main_container(service, std::move(main));
  return service;
}

/// An image that is not the frontend's own has to be told what to run.
void run_frontend(Value& frontend) {
  Value* main = frontend.find("extraPodSpec")->find("mainContainer");
  if (main->find("command") == nullptr) main->set("command", Array{"python3", "-m", "dynamo.frontend"});
}

}  // namespace

std::expected<Value, Diagnostics> mocker_deployment(const ValidatedRequest& request, const EmitOptions& options,
                                                    Diagnostics& warnings) {
  const Backend backend = request.backends.front();
  const PlannerLine line = emit::planner_line(emit::runtime_of(request, options.runtime_version, request.image));
  const std::string image = emit::Images(request, backend, options.runtime_version).mocker(line);
  const ModelLocation location = emit::locate_model(request);
  Value frontend = emit::frontend_service(request, location, image);
  if (line == PlannerLine::kNewest) run_frontend(frontend);
  Value services;
  services.set("Frontend", std::move(frontend));
  services.set("prefill", worker(request, location, image, "prefill"));
  services.set("decode", worker(request, location, image, "decode"));
  Value spec;
  if (location.cached()) spec.set("pvcs", emit::claims(location));
  spec.set("services", std::move(services));
  Value object = emit::deployment_object(request, std::move(spec));
  if (options.apply_overrides) {
    Diagnostics findings;
    emit::base_template(request, options).apply(object, backend, findings);
    if (findings.has_errors()) return std::unexpected(std::move(findings));
    warnings.append(findings);
    emit::add_job_tolerations(object, request.overrides_profiling_job);
  }
  return object;
}

}  // namespace dynamo
