#include "setup/deployment_fields.h"

#include <algorithm>
#include <array>
#include <span>

#include "dynamo/profiler/document_io.h"

namespace dynamo::setup {
namespace {

/// A field below a service or the spec, in names of v1alpha1; those that v1beta1 alone has keep theirs.
struct Field {
  std::string_view path;
  std::string_view why;   ///< it is passed over; empty = it is read, or has no influence on speed or memory of a GPU
};

constexpr std::string_view kHost = "CPUs and memory of the host are taken never to be the limit";
constexpr std::string_view kNetwork = "the network is taken to be the one of the GPU's system";
constexpr std::string_view kCounts = "the workers are counted as they stand in replicas";
constexpr std::string_view kEnvironment = "variables can change the engine; the model does not see them";
constexpr std::string_view kBeside = "what runs beside the engine is not seen";
constexpr std::string_view kFailover = "spare engines are not counted";
constexpr std::string_view kMemoryService = "weights held outside the engine are not seen";
constexpr std::string_view kUnknown = "not known to the model";

constexpr auto kService = std::to_array<Field>({
    // Read. The arguments list for themselves what of them is ignored.
    {"replicas", {}},
    {"componentType", {}},
    {"subComponentType", {}},
    {"multinode.nodeCount", {}},
    {"resources.limits.gpu", {}},
    {"resources.limits.gpuType", {}},
    {"extraPodSpec.mainContainer.image", {}},
    {"extraPodSpec.mainContainer.command", {}},
    {"extraPodSpec.mainContainer.args", {}},
    // Requests of what Kubernetes wants equal to its limit, and disk.
    {"resources.requests.gpu", {}},
    {"resources.requests.gpuType", {}},
    {"resources.limits.custom.ephemeral-storage", {}},
    {"resources.requests.custom.ephemeral-storage", {}},
    // Names, places, starting and stopping.
    {"name", {}},
    {"serviceName", {}},
    {"labels", {}},
    {"annotations", {}},
    {"extraPodMetadata", {}},
    {"dynamoNamespace", {}},
    {"globalDynamoNamespace", {}},
    {"modelRef", {}},
    {"runtimeVersionOverride", {}},
    {"envFromSecret", {}},
    {"sharedMemory", {}},
    {"volumeMounts", {}},
    {"compilationCache", {}},
    {"checkpoint", {}},
    {"livenessProbe", {}},
    {"readinessProbe", {}},
    {"ingress", {}},
    {"minAvailable", {}},
    {"topologyConstraint", {}},
    {"extraPodSpec.volumes", {}},
    {"extraPodSpec.nodeSelector", {}},
    {"extraPodSpec.nodeName", {}},
    {"extraPodSpec.affinity", {}},
    {"extraPodSpec.tolerations", {}},
    {"extraPodSpec.topologySpreadConstraints", {}},
    {"extraPodSpec.schedulerName", {}},
    {"extraPodSpec.schedulingGates", {}},
    {"extraPodSpec.priorityClassName", {}},
    {"extraPodSpec.priority", {}},
    {"extraPodSpec.preemptionPolicy", {}},
    {"extraPodSpec.runtimeClassName", {}},
    {"extraPodSpec.imagePullSecrets", {}},
    {"extraPodSpec.serviceAccountName", {}},
    {"extraPodSpec.automountServiceAccountToken", {}},
    {"extraPodSpec.securityContext", {}},
    {"extraPodSpec.hostIPC", {}},
    {"extraPodSpec.hostPID", {}},
    {"extraPodSpec.hostNetwork", {}},
    {"extraPodSpec.hostname", {}},
    {"extraPodSpec.subdomain", {}},
    {"extraPodSpec.dnsPolicy", {}},
    {"extraPodSpec.dnsConfig", {}},
    {"extraPodSpec.enableServiceLinks", {}},
    {"extraPodSpec.restartPolicy", {}},
    {"extraPodSpec.terminationGracePeriodSeconds", {}},
    {"extraPodSpec.initContainers", {}},
    {"extraPodSpec.mainContainer.name", {}},
    {"extraPodSpec.mainContainer.workingDir", {}},
    {"extraPodSpec.mainContainer.imagePullPolicy", {}},
    {"extraPodSpec.mainContainer.ports", {}},
    {"extraPodSpec.mainContainer.volumeMounts", {}},
    {"extraPodSpec.mainContainer.securityContext", {}},
    {"extraPodSpec.mainContainer.lifecycle", {}},
    {"extraPodSpec.mainContainer.startupProbe", {}},
    {"extraPodSpec.mainContainer.livenessProbe", {}},
    {"extraPodSpec.mainContainer.readinessProbe", {}},
    {"extraPodSpec.mainContainer.terminationMessagePath", {}},
    {"extraPodSpec.mainContainer.terminationMessagePolicy", {}},
    // Passed over.
    {"envs", kEnvironment},
    {"extraPodSpec.mainContainer.env", kEnvironment},
    {"extraPodSpec.mainContainer.envFrom", kEnvironment},
    {"resources.limits.cpu", kHost},
    {"resources.limits.memory", kHost},
    {"resources.requests.cpu", kHost},
    {"resources.requests.memory", kHost},
    {"resources.limits.custom.rdma/ib", kNetwork},
    {"resources.requests.custom.rdma/ib", kNetwork},
    {"resources.claims", "devices are read from resources.limits.gpu alone"},
    {"extraPodSpec.resourceClaims", "devices are read from resources.limits.gpu alone"},
    {"extraPodSpec.mainContainer.resources", "devices are read from resources.limits.gpu of the service alone"},
    {"autoscaling", kCounts},
    {"scalingAdapter", kCounts},
    {"failover", kFailover},
    {"experimental.failover", kFailover},
    {"gpuMemoryService", kMemoryService},
    {"experimental.gpuMemoryService", kMemoryService},
    {"frontendSidecar", kBeside},
    {"extraPodSpec.containers", kBeside},
});

constexpr auto kSpec = std::to_array<Field>({
    {"services", {}},
    {"backendFramework", {}},
    {"pvcs", {}},
    {"labels", {}},
    {"annotations", {}},
    {"restart", {}},
    {"priorityClassName", {}},
    {"topologyConstraint", {}},
    {"envs", kEnvironment},
    {"experimental.kvTransferPolicy", "the KV cache is taken to move as fast as the network of the GPU's system"},
});

/// Nothing that somebody asked for.
bool unset(const Value& value) {
  if (value.is_null()) return true;
  if (const bool* flag = value.as_bool()) return !*flag;
  if (const Array* items = value.as_array()) return items->empty();
  const Object* members = value.as_object();
  return members != nullptr && std::ranges::all_of(*members, [](const Member& member) { return unset(member.value); });
}

/// The names of `[{name: A}, …]`; empty = it is no such list.
std::string names_in(const Value& value) {
  std::string out;
  const Array* items = value.as_array();
  if (items == nullptr) return out;
  for (const Value& item : *items) {
    const Value* name = item.find("name");
    if (name == nullptr || name->as_string() == nullptr) continue;
    out += (out.empty() ? "" : ", ") + *name->as_string();
  }
  return out;
}

/// `resources.limits.cpu 8`, `envs A, B`; only the path of what has many parts.
std::string written(const std::string& path, const Value& value) {
  if (const std::string names = names_in(value); !names.empty()) return path + " " + names;
  if (value.as_array() != nullptr || value.as_object() != nullptr) return path;
  const std::string* text = value.as_string();
  return path + " " + (text != nullptr ? *text : write_json(value));
}

class Walk {
 public:
  Walk(std::span<const Field> fields, std::string path, std::vector<IgnoredSetting>& out)
      : fields_(fields), path_(std::move(path)), out_(out) {}

  void below(const std::string& prefix, const Value& object) {
    if (object.as_object() == nullptr) return;
    for (const Member& member : *object.as_object()) {
      if (!unset(member.value)) visit(prefix.empty() ? member.key : prefix + "." + member.key, member.value);
    }
  }

 private:
  void visit(const std::string& path, const Value& value) {
    const auto known = std::ranges::find(fields_, path, &Field::path);
    if (known != fields_.end()) {
      if (!known->why.empty()) out_.push_back({path_, written(path, value), std::string(known->why)});
    } else if (value.as_object() != nullptr && knows_below(path)) {
      below(path, value);
    } else {
      out_.push_back({path_, written(path, value), std::string(kUnknown)});
    }
  }

  bool knows_below(const std::string& path) const {
    return std::ranges::any_of(fields_, [&](const Field& field) { return field.path.starts_with(path + "."); });
  }

  std::span<const Field> fields_;
  std::string path_;
  std::vector<IgnoredSetting>& out_;
};

bool routes_by_cache(const lint::ServiceView& service) {
  const auto by_flag = [](const emit::Argument& argument) { return argument.flag == "--router-mode" && argument.text() == "kv"; };
  if (std::ranges::any_of(service.args.flags, by_flag)) return true;
  for (const Value* list : {service.tree->find("envs"), service.tree->find_path({"extraPodSpec", "mainContainer", "env"})}) {
    if (list == nullptr || list->as_array() == nullptr) continue;
    for (const Value& variable : *list->as_array()) {
      const Value *name = variable.find("name"), *value = variable.find("value");
      if (name != nullptr && value != nullptr && *name == Value("DYN_ROUTER_MODE") && *value == Value("kv")) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<IgnoredSetting> ignored_fields(const lint::ServiceView& service) {
  std::vector<IgnoredSetting> out;
  Walk(kService, service.path, out).below("", *service.tree);
  return out;
}

std::vector<IgnoredSetting> ignored_fields(const Value& spec) {
  std::vector<IgnoredSetting> out;
  Walk(kSpec, "spec", out).below("", spec);
  return out;
}

std::vector<IgnoredSetting> ignored_beside_engines(const lint::ServiceView& service) {
  std::vector<IgnoredSetting> out;
  if (service.gpus > 0 && service.replicas > 0) {
    out.push_back({service.path, "resources.limits.gpu " + std::to_string(service.gpus), "it runs no engine that the model knows"});
  }
  if (routes_by_cache(service)) out.push_back({service.path, "router mode kv", "no prompt is assumed to be cached"});
  return out;
}

}  // namespace dynamo::setup
