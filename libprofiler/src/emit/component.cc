#include "emit/component.h"

#include <algorithm>

#include "emit/template/tree_merge.h"

namespace dynamo::emit {
namespace {

constexpr const char* kMain = "main";
constexpr const char* kGpuResource = "nvidia.com/gpu";

bool is_object(const Value* value) { return value != nullptr && value->as_object() != nullptr; }

void move_member(const Value& from, const char* key, Value& to, const char* new_key) {
  if (const Value* value = from.find(key)) to.set(new_key, *value);
}

void append_all(Value& object, const char* key, const Value* items) {
  if (items == nullptr || items->as_array() == nullptr) return;
  Value addition;
  addition.set(key, *items);
  merge_tree(object, addition);
}

/// {cpu, memory, gpu, custom: {…}} of v1alpha1 as a Kubernetes resource list.
Value resource_list(const Value& side) {
  Value list = Object{};
  for (const Member& member : *side.as_object()) {
    if (member.key == "gpu") {
      list.set(kGpuResource, member.value);
    } else if (member.key == "custom" && member.value.as_object() != nullptr) {
      for (const Member& custom : *member.value.as_object()) list.set(custom.key, custom.value);
    } else if (member.key != "gpuType") {
      list.set(member.key, member.value);
    }
  }
  return list;
}

Value service_resources(const Value& side) {
  Value out = Object{};
  Value custom;
  for (const Member& member : *side.as_object()) {
    if (member.key == kGpuResource) {
      out.set("gpu", member.value);
    } else if (member.key == "cpu" || member.key == "memory") {
      out.set(member.key, member.value);
    } else {
      custom.set(member.key, member.value);
    }
  }
  if (!custom.is_null()) out.set("custom", std::move(custom));
  return out;
}

Value convert_sides(const Value& resources, Value (*convert)(const Value&)) {
  Value out = Object{};
  for (const Member& member : *resources.as_object()) {
    out.set(member.key, is_object(&member.value) ? convert(member.value) : member.value);
  }
  return out;
}

/// `volumeMounts` of a v1alpha1 service name claims.
void mount_claims(const Value& mounts, Value& component, Value& pod, Value& container) {
  if (mounts.as_array() == nullptr) return;
  for (const Value& mount : *mounts.as_array()) {
    const Value* claim = mount.find("name");
    const Value* point = mount.find("mountPoint");
    if (claim == nullptr) continue;
    if (const Value* cache = mount.find("useAsCompilationCache"); cache != nullptr && cache->as_bool() && *cache->as_bool()) {
      Value entry;
      entry.set("pvcName", *claim);
      if (point != nullptr) entry.set("mountPath", *point);
      component.set("compilationCache", std::move(entry));
      continue;
    }
    Value source;
    source.set("claimName", *claim);
    Value volume;
    volume.set("name", *claim);
    volume.set("persistentVolumeClaim", std::move(source));
    append_all(pod, "volumes", &static_cast<const Value&>(Value(Array{std::move(volume)})));
    Value entry;
    entry.set("name", *claim);
    if (point != nullptr) entry.set("mountPath", *point);
    append_all(container, "volumeMounts", &static_cast<const Value&>(Value(Array{std::move(entry)})));
  }
}

Value env_from(const Value& secret) {
  Value name;
  name.set("name", secret);
  Value reference;
  reference.set("secretRef", std::move(name));
  return Array{std::move(reference)};
}

std::string component_type(const Value& service) {
  for (const char* key : {"subComponentType", "componentType"}) {
    if (const Value* value = service.find(key); value != nullptr && value->as_string() != nullptr) return *value->as_string();
  }
  return {};
}

/// Members of a service that become something else in a component, or belong to its pod.
bool is_translated(const std::string& key) {
  constexpr std::string_view kKeys[] = {"componentType", "subComponentType", "envFromSecret", "envs", "extraPodSpec",
                                        "extraPodMetadata", "resources", "sharedMemory", "volumeMounts", "livenessProbe",
                                        "readinessProbe", "scalingAdapter", "labels", "annotations"};
  return std::ranges::find(kKeys, key) != std::end(kKeys);
}

Value main_container(const Value& service) {
  Value container = Object{};
  container.set("name", kMain);
  if (const Value* main = service.find_path({"extraPodSpec", "mainContainer"}); is_object(main)) merge_tree(container, *main);
  append_all(container, "env", service.find("envs"));
  if (const Value* secret = service.find("envFromSecret")) container.set("envFrom", env_from(*secret));
  for (const char* probe : {"livenessProbe", "readinessProbe"}) move_member(service, probe, container, probe);
  if (const Value* resources = service.find("resources"); is_object(resources)) {
    Value converted;
    converted.set("resources", convert_sides(*resources, resource_list));
    merge_tree(container, converted);
  }
  return container;
}

Value pod_metadata(const Value& service) {
  Value metadata;
  if (const Value* extra = service.find("extraPodMetadata"); is_object(extra)) metadata = *extra;
  for (const char* key : {"labels", "annotations"}) {
    const Value* own = service.find(key);
    if (!is_object(own)) continue;
    Value addition;
    addition.set(key, *own);
    merge_tree(metadata, addition);
  }
  return metadata;
}

void set_shared_memory(const Value& service, Value& component) {
  const Value* shared = service.find("sharedMemory");
  if (!is_object(shared)) return;
  const Value* disabled = shared->find("disabled");
  if (disabled != nullptr && disabled->as_bool() != nullptr && *disabled->as_bool()) {
    component.set("sharedMemorySize", "0");
  } else {
    move_member(*shared, "size", component, "sharedMemorySize");
  }
}

void set_pod(const Value& service, Value& component) {
  Value pod;
  if (const Value* extra = service.find("extraPodSpec"); is_object(extra)) pod = *extra;
  erase_member(pod, "mainContainer");
  Value container = main_container(service);
  if (const Value* mounts = service.find("volumeMounts")) mount_claims(*mounts, component, pod, container);
  Array containers{std::move(container)};
  if (const Value* others = pod.find("containers"); others != nullptr && others->as_array() != nullptr) {
    containers.insert(containers.end(), others->as_array()->begin(), others->as_array()->end());
  }
  pod.set("containers", std::move(containers));
  Value pod_template;
  if (Value metadata = pod_metadata(service); !metadata.is_null()) pod_template.set("metadata", std::move(metadata));
  pod_template.set("spec", std::move(pod));
  component.set("podTemplate", std::move(pod_template));
}

bool is_main(const Value& container) {
  const Value* name = container.find("name");
  return name != nullptr && name->as_string() != nullptr && *name->as_string() == kMain;
}

void take_container(const Value& container, Value& service, Value& pod) {
  Value main = container;
  erase_member(main, "name");
  if (const Value* resources = container.find("resources"); is_object(resources)) {
    service.set("resources", convert_sides(*resources, service_resources));
    erase_member(main, "resources");
  }
  const Value* sources = container.find("envFrom");
  if (sources != nullptr && sources->as_array() != nullptr && sources->as_array()->size() == 1) {
    if (const Value* secret = sources->as_array()->front().find_path({"secretRef", "name"})) {
      service.set("envFromSecret", *secret);
      erase_member(main, "envFrom");
    }
  }
  for (const char* probe : {"livenessProbe", "readinessProbe"}) {
    move_member(container, probe, service, probe);
    erase_member(main, probe);
  }
  if (main.as_object() != nullptr && !main.as_object()->empty()) pod.set("mainContainer", std::move(main));
}

void take_pod(const Value& pod_template, Value& service) {
  if (const Value* metadata = pod_template.find("metadata"); is_object(metadata)) service.set("extraPodMetadata", *metadata);
  const Value* spec = pod_template.find("spec");
  if (!is_object(spec)) return;
  Value pod = *spec;
  Array others;
  if (const Value* containers = spec->find("containers"); containers != nullptr && containers->as_array() != nullptr) {
    erase_member(pod, "containers");
    for (const Value& container : *containers->as_array()) {
      if (is_main(container)) {
        take_container(container, service, pod);
      } else {
        others.push_back(container);
      }
    }
  }
  if (!others.empty()) pod.set("containers", std::move(others));
  if (!pod.as_object()->empty()) service.set("extraPodSpec", std::move(pod));
}

void set_types(const std::string& type, Value& service) {
  const bool role = type == "prefill" || type == "decode";
  service.set("componentType", role ? std::string("worker") : type);
  if (role) service.set("subComponentType", type);
}

}  // namespace

Value component_of(const std::string& name, const Value& service) {
  Value component;
  component.set("name", name);
  if (const std::string type = component_type(service); !type.empty()) component.set("type", type);
  if (service.as_object() == nullptr) return component;
  for (const Member& member : *service.as_object()) {
    if (!is_translated(member.key)) component.set(member.key, member.value);
  }
  if (const Value* enabled = service.find_path({"scalingAdapter", "enabled"});
      enabled != nullptr && enabled->as_bool() != nullptr && *enabled->as_bool()) {
    component.set("scalingAdapter", Object{});
  }
  set_shared_memory(service, component);
  set_pod(service, component);
  return component;
}

const std::string* main_image(const Value& component) {
  const Value* containers = component.find_path({"podTemplate", "spec", "containers"});
  if (containers == nullptr || containers->as_array() == nullptr) return nullptr;
  const auto main = std::ranges::find_if(*containers->as_array(), is_main);
  const Value* image = main == containers->as_array()->end() ? nullptr : main->find("image");
  return image == nullptr ? nullptr : image->as_string();
}

Value service_of(const Value& component) {
  Value service = Object{};
  for (const Member& member : *component.as_object()) {
    if (member.key == "name") continue;
    if (member.key == "type" && member.value.as_string() != nullptr) {
      set_types(*member.value.as_string(), service);
    } else if (member.key == "sharedMemorySize") {
      Value shared;
      shared.set("size", member.value);
      service.set("sharedMemory", std::move(shared));
    } else if (member.key == "scalingAdapter") {
      Value adapter;
      adapter.set("enabled", true);
      service.set("scalingAdapter", std::move(adapter));
    } else if (member.key == "podTemplate") {
      take_pod(member.value, service);
    } else {
      service.set(member.key, member.value);
    }
  }
  return service;
}

}  // namespace dynamo::emit
