#include "emit/api_version.h"

#include "emit/component.h"
#include "emit/image.h"

namespace dynamo {

std::string_view name_of(DeploymentApi api) {
  return api == DeploymentApi::kV1beta1 ? "nvidia.com/v1beta1" : "nvidia.com/v1alpha1";
}

std::optional<DeploymentApi> deployment_api_from_name(std::string_view name) {
  constexpr std::string_view kGroup = "nvidia.com/";
  if (name.starts_with(kGroup)) name.remove_prefix(kGroup.size());
  if (name == "v1alpha1") return DeploymentApi::kV1alpha1;
  if (name == "v1beta1") return DeploymentApi::kV1beta1;
  return std::nullopt;
}

namespace emit {
namespace {

constexpr std::string_view kRuntimeOverride = "runtimeVersionOverride";

/// Copies the object with its version and its spec changed.
Value with_spec(const Value& deployment, DeploymentApi api, Value spec) {
  Value out = Object{};
  for (const Member& member : *deployment.as_object()) {
    if (member.key == "apiVersion") {
      out.set("apiVersion", std::string(name_of(api)));
    } else {
      out.set(member.key, member.key == "spec" ? std::move(spec) : member.value);
    }
  }
  return out;
}

Value beta_spec(const Value& alpha) {
  Value spec = Object{};
  for (const Member& member : *alpha.as_object()) {
    if (member.key == "pvcs") continue;   // claims are volumes of the components that mount them
    if (member.key == "envs") {
      spec.set("env", member.value);
    } else if (member.key != "services" || member.value.as_object() == nullptr) {
      spec.set(member.key, member.value);
    } else {
      Array components;
      for (const Member& service : *member.value.as_object()) components.push_back(component_of(service.key, service.value));
      spec.set("components", std::move(components));
    }
  }
  return spec;
}

/// Claims of a component's volumes, listed once in the spec.
void add_claims(Value& claims, const Value& component) {
  const Value* volumes = component.find_path({"podTemplate", "spec", "volumes"});
  if (volumes == nullptr || volumes->as_array() == nullptr) return;
  for (const Value& volume : *volumes->as_array()) {
    const Value* claim = volume.find_path({"persistentVolumeClaim", "claimName"});
    if (claim == nullptr || volume.find("name") == nullptr || !(*claim == *volume.find("name"))) continue;
    Value entry;
    entry.set("name", *claim);
    entry.set("create", false);
    const Array* known = claims.as_array();
    bool listed = false;
    for (std::size_t i = 0; known != nullptr && i < known->size(); ++i) listed |= (*known)[i] == entry;
    if (!listed) claims.push(std::move(entry));
  }
}

Value alpha_spec(const Value& beta) {
  Value spec = Object{};
  for (const Member& member : *beta.as_object()) {
    if (member.key == "env") {
      spec.set("envs", member.value);
    } else if (member.key != "components" || member.value.as_array() == nullptr) {
      spec.set(member.key, member.value);
    } else {
      Value services = Object{};
      Value claims;
      for (const Value& component : *member.value.as_array()) {
        const Value* name = component.find("name");
        if (name == nullptr || name->as_string() == nullptr) continue;
        add_claims(claims, component);
        services.set(*name->as_string(), service_of(component));
      }
      if (!claims.is_null()) spec.set("pvcs", std::move(claims));
      spec.set("services", std::move(services));
    }
  }
  return spec;
}

}  // namespace

Value to_v1beta1(const Value& deployment) {
  const Value* spec = deployment.find("spec");
  if (spec == nullptr || spec->as_object() == nullptr) return deployment;
  return with_spec(deployment, DeploymentApi::kV1beta1, beta_spec(*spec));
}

Value to_v1alpha1(const Value& deployment) {
  const Value* spec = deployment.find("spec");
  if (spec == nullptr || spec->as_object() == nullptr) return deployment;
  return with_spec(deployment, DeploymentApi::kV1alpha1, alpha_spec(*spec));
}

Value in_version(Value deployment, DeploymentApi api, const DeclaredRuntime& runtime) {
  if (api == DeploymentApi::kV1alpha1) return deployment;
  Value written = to_v1beta1(deployment);
  Value* spec = written.find("spec");
  Value* components = spec == nullptr ? nullptr : spec->find("components");
  if (components == nullptr) return written;
  for (Value& component : *components->as_array()) {
    if (component.find(kRuntimeOverride) != nullptr) continue;
    const std::string* image = main_image(component);
    if (runtime.beside_tags || (image != nullptr && !has_version_tag(*image))) {
      component.set(std::string(kRuntimeOverride), runtime.version);
    }
  }
  return written;
}

}  // namespace emit
}  // namespace dynamo
