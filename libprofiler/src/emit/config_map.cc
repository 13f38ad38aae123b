#include "emit/config_map.h"

#include "dynamo/profiler/document_io.h"
#include "emit/metadata.h"
#include "emit/naming.h"
#include "emit/template/tree_merge.h"

namespace dynamo::emit {

Value config_map(const ValidatedRequest& request, std::string_view stem, Value data) {
  constexpr std::size_t kSuffixDigits = 4;
  const std::string name = std::string(stem) + "-" + content_digits(write_json(data), kSuffixDigits);
  Value object;
  object.set("apiVersion", "v1");
  object.set("kind", "ConfigMap");
  object.set("metadata", object_metadata(request, name));
  object.set("data", std::move(data));
  return object;
}

std::string name_of_object(const Value& object) {
  const Value* name = object.find_path({"metadata", "name"});
  return name == nullptr || name->as_string() == nullptr ? std::string() : *name->as_string();
}

void mount_config_map(Value& service, const std::string& name, const std::string& path) {
  Value mount;
  mount.set("name", name);
  mount.set("mountPath", path);
  mount.set("readOnly", true);
  Value source;
  source.set("name", name);
  Value volume;
  volume.set("name", name);
  volume.set("configMap", std::move(source));
  Value container;
  container.set("volumeMounts", Array{std::move(mount)});
  Value pod;
  pod.set("mainContainer", std::move(container));
  pod.set("volumes", Array{std::move(volume)});
  Value addition;
  addition.set("extraPodSpec", std::move(pod));
  merge_tree(service, addition);
}

}  // namespace dynamo::emit
