#include "emit/deployment_tree.h"

#include "emit/metadata.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {
namespace {

/// Ranks of one worker talk through /dev/shm, whose 64 MiB of a container are too few.
constexpr const char* kSharedMemory = "64Gi";

Value string_list(const std::vector<std::string>& items) {
  Array list;
  for (const auto& item : items)
    list.emplace_back(item);
  return list;
}

Value container(const std::string& image) {
  Value main;
  main.set("image", image);
  return main;
}

void add_env(Value& service, const char* name, std::string value) {
  Value variable;
  variable.set("name", name);
  variable.set("value", std::move(value));
  if (Value* envs = service.find("envs")) {
    envs->push(std::move(variable));
  } else {
    service.set("envs", Array{std::move(variable)});
  }
}

}  // namespace

void set_main_container(Value& service, Value main) {
  Value pod;
  pod.set("mainContainer", std::move(main));
  service.set("extraPodSpec", std::move(pod));
}

void mount_cache(Value& service, const ModelLocation& location) {
  if (!location.cached())
    return;
  Value mount;
  mount.set("name", location.pvc);
  mount.set("mountPoint", location.mount);
  service.set("volumeMounts", Array{std::move(mount)});
  // Without a path within it the claim is a Hugging Face cache.
  if (!is_filesystem_path(location.model_path))
    add_env(service, "HF_HOME", location.mount);
}

Value frontend_service(const ValidatedRequest& request, const ModelLocation& location, const std::string& image) {
  Value service;
  service.set("componentType", "frontend");
  service.set("envFromSecret", kTokenSecret);
  service.set("replicas", 1);
  mount_cache(service, location);
  if (request.kv_router)
    add_env(service, "DYN_ROUTER_MODE", "kv");
  Value main = container(image);
  if (is_filesystem_path(location.model_path)) {
    main.set("command", string_list({"python3", "-m", "dynamo.frontend"}));
    main.set("args", string_list({"--model-name", request.model_name, "--model-path", location.model_path}));
  }
  set_main_container(service, std::move(main));
  return service;
}

namespace {

Value gpu_limit(int gpus) {
  Value limits;
  limits.set("gpu", std::to_string(gpus));
  Value resources;
  resources.set("limits", std::move(limits));
  return resources;
}

Value worker_service(const RenderedWorker& rendered,
                     const facts::BackendFacts& backend,
                     const ModelLocation& location,
                     const std::string& image) {
  const WorkerPlan& plan = *rendered.plan;
  Value service;
  service.set("componentType", "worker");
  if (plan.role != Role::kAggregated)
    service.set("subComponentType", std::string(name_of(plan.role)));
  service.set("envFromSecret", kTokenSecret);
  service.set("replicas", plan.replicas);
  service.set("resources", gpu_limit(plan.gpus_per_node));
  if (plan.nodes > 1) {
    Value multinode;
    multinode.set("nodeCount", plan.nodes);
    service.set("multinode", std::move(multinode));
  }
  if (plan.gpus_per_node > 1) {
    Value shared;
    shared.set("size", kSharedMemory);
    service.set("sharedMemory", std::move(shared));
  }
  mount_cache(service, location);
  Value main = container(image);
  main.set("workingDir", std::string(backend.working_dir));
  main.set("command", string_list({"python3", "-m", std::string(backend.module)}));
  main.set("args", string_list(rendered.args));
  set_main_container(service, std::move(main));
  return service;
}

}  // namespace

Value claims(const ModelLocation& location) {
  Value claim;
  claim.set("name", location.pvc);
  claim.set("create", false);
  return Array{std::move(claim)};
}

Value deployment_spec(const ValidatedRequest& request,
                      const DeploymentPlan& plan,
                      const ModelLocation& location,
                      const std::string& image,
                      const std::vector<RenderedWorker>& workers) {
  Value services;
  services.set("Frontend", frontend_service(request, location, image));
  for (const auto& worker : workers) {
    services.set(worker.plan->service, worker_service(worker, facts::backend_facts(plan.backend), location, image));
  }
  Value spec;
  spec.set("backendFramework", std::string(dynamo::name_of(plan.backend)));
  if (location.cached())
    spec.set("pvcs", claims(location));
  spec.set("services", std::move(services));
  return spec;
}

Value deployment_object(const ValidatedRequest& request, Value spec) {
  Value object;
  object.set("apiVersion", "nvidia.com/v1alpha1");
  object.set("kind", "DynamoGraphDeployment");
  object.set("metadata", object_metadata(request, ""));
  object.set("spec", std::move(spec));
  return object;
}

}  // namespace dynamo::emit
