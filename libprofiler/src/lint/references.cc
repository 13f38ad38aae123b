#include <algorithm>
#include <set>

#include "lint/checks.h"

namespace dynamo::lint {
namespace {

std::string name_of(const Value& object) {
  const Value* name = object.find("name");
  return name == nullptr || name->as_string() == nullptr ? std::string() : *name->as_string();
}

const Array& items_at(const Value& tree, std::initializer_list<std::string_view> keys) {
  static const Array kNone;
  const Value* list = tree.find_path(keys);
  return list == nullptr || list->as_array() == nullptr ? kNone : *list->as_array();
}

std::set<std::string> names_at(const Value& tree, std::initializer_list<std::string_view> keys) {
  std::set<std::string> names;
  for (const Value& item : items_at(tree, keys)) names.insert(name_of(item));
  return names;
}

/// The ConfigMap among `documents`, or nullptr.
const Value* config_map(std::span<const Value> documents, const std::string& name) {
  const auto found = std::ranges::find_if(documents, [&](const Value& document) {
    const Value* kind = document.find("kind");
    const Value* metadata = document.find("metadata");
    return kind != nullptr && kind->as_string() != nullptr && *kind->as_string() == "ConfigMap" && metadata != nullptr &&
           name_of(*metadata) == name;
  });
  return found == documents.end() ? nullptr : &*found;
}

/// Files named on the command line that should lie in a mounted ConfigMap.
void check_file(const ServiceView& service, const std::string& file, const std::string& mount, const Value& map, Findings& findings) {
  if (!file.starts_with(mount + "/")) return;
  const std::string key = file.substr(mount.size() + 1);
  const Value* data = map.find("data");
  if (data != nullptr && data->find(key) != nullptr) return;
  findings.error("lint.path", service.path, file + " is in no key of the ConfigMap mounted there", "", key);
}

void check_service(const DeploymentView& deployment, const ServiceView& service, std::span<const Value> documents,
                   const LintOptions& options, Findings& findings) {
  const std::set<std::string> claims = names_at(deployment.tree, {"spec", "pvcs"});
  for (const Value& mount : items_at(*service.tree, {"volumeMounts"})) {
    if (claims.contains(name_of(mount))) continue;
    findings.error("lint.reference.claim", service.path + ".volumeMounts", "there is no such claim under spec.pvcs", "list it there",
                   name_of(mount));
  }
  std::set<std::string> volumes = names_at(*service.tree, {"extraPodSpec", "volumes"});
  const std::set<std::string> own = names_at(*service.tree, {"extraPodSpec", "mainContainer", "volumes"});
  volumes.insert(own.begin(), own.end());
  for (const Value& mount : items_at(*service.tree, {"extraPodSpec", "mainContainer", "volumeMounts"})) {
    if (volumes.contains(name_of(mount))) continue;
    findings.error("lint.reference.volume", service.path + ".extraPodSpec.mainContainer.volumeMounts", "the pod has no such volume",
                   "add it to extraPodSpec.volumes", name_of(mount));
  }
  for (const Value& volume : items_at(*service.tree, {"extraPodSpec", "volumes"})) {
    const Value* source = volume.find("configMap");
    if (source == nullptr) continue;
    const Value* map = config_map(documents, name_of(*source));
    if (map == nullptr) {
      const std::string reason = "no such ConfigMap among these documents";
      if (options.complete) {
        findings.error("lint.reference.configMap", service.path + ".extraPodSpec.volumes", reason, "", name_of(*source));
      } else {
        findings.warning("lint.reference.configMap", service.path + ".extraPodSpec.volumes", reason,
                         "fine if it is in the namespace already", name_of(*source));
      }
      continue;
    }
    for (const Value& mount : items_at(*service.tree, {"extraPodSpec", "mainContainer", "volumeMounts"})) {
      const Value* point = mount.find("mountPath");
      if (name_of(mount) != name_of(volume) || point == nullptr || point->as_string() == nullptr) continue;
      for (const emit::Argument& argument : service.args.flags) {
        check_file(service, argument.text(), *point->as_string(), *map, findings);
      }
    }
  }
}

}  // namespace

void check_references(const DeploymentView& deployment, std::span<const Value> documents, const LintOptions& options,
                      Findings& findings) {
  for (const ServiceView& service : deployment.services) check_service(deployment, service, documents, options, findings);
}

}  // namespace dynamo::lint
