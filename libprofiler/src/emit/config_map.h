#pragma once

#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/request.h"

namespace dynamo::emit {

/// Where the images keep their files.
inline constexpr std::string_view kWorkspace = "/workspace";
/// Where planner and mocker find the curves.
inline constexpr std::string_view kProfileDataMount = "/workspace/profiling_results";

/// A ConfigMap `STEM-1a2b`: the digits depend on its data alone, so equal requests share it and others do not collide.
[[nodiscard]] Value config_map(const ValidatedRequest& request, std::string_view stem, Value data);

/// `metadata.name`.
[[nodiscard]] std::string name_of_object(const Value& object);

/// Mounts a ConfigMap at `path`, read-only, into the main container of a v1alpha1 service.
void mount_config_map(Value& service, const std::string& name, const std::string& path);

}  // namespace dynamo::emit
