#include "request/known_keys.h"

#include <algorithm>
#include <array>

#include "dynamo/profiler/request_flags.h"

namespace dynamo {
namespace {

struct OwnedKey {
  std::string_view key;
  std::string_view owner;
};

constexpr auto kOwnedKeys = std::to_array<OwnedKey>({
    {"model", ""},
    {"backend", ""},
    {"image", ""},
    {"searchStrategy", ""},
    {"autoApply", ""},
    {"modelCache", ""},
    {"hardware", ""},
    {"workload", ""},
    {"sla", ""},
    {"features", ""},
    {"overrides", ""},
    {"runtimeVersionOverride", ""},
    {"isl", "workload"},
    {"osl", "workload"},
    {"concurrency", "workload"},
    {"requestRate", "workload"},
    {"ttft", "sla"},
    {"itl", "sla"},
    {"e2eLatency", "sla"},
    {"optimizationType", "sla"},
    {"gpuSku", "hardware"},
    {"vramMb", "hardware"},
    {"totalGpus", "hardware"},
    {"numGpusPerNode", "hardware"},
    {"interconnect", "hardware"},
    {"rdma", "hardware"},
    {"pvcName", "modelCache"},
    {"pvcModelPath", "modelCache"},
    {"pvcMountPath", "modelCache"},
    {"planner", "features"},
    {"mocker", "features"},
    {"kvRouter", "features"},
    {"dgd", "overrides"},
    {"profilingJob", "overrides"},
    {"trustRemoteCode", "overrides"},
});

constexpr auto kObjectMetaKeys = std::to_array<std::string_view>({
    "name",
    "generateName",
    "namespace",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
});

}  // namespace

std::string_view owner_of_key(std::string_view key) {
  for (const OwnedKey& owned : kOwnedKeys) {
    if (owned.key == key) {
      return owned.owner;
    }
  }
  return kNoOwner;
}

std::vector<std::string> field_paths() {
  std::vector<std::string> paths = {"features.mocker.enabled", "features.kvRouter.enabled"};
  const auto has_fields = [](std::string_view key) {
    return key == "mocker" || key == "kvRouter" ||
           std::ranges::any_of(kOwnedKeys, [&](const OwnedKey& owned) { return owned.owner == key; });
  };
  for (const OwnedKey& owned : kOwnedKeys) {
    if (has_fields(owned.key)) continue;
    paths.push_back((owned.owner.empty() ? "" : std::string(owned.owner) + ".") + std::string(owned.key));
  }
  std::ranges::sort(paths);
  return paths;
}

std::span<const std::string_view> object_meta_keys() {
  return kObjectMetaKeys;
}

}  // namespace dynamo
