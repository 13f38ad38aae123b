#include "emit/model_path.h"

#include <string_view>

namespace dynamo::emit {
namespace {

constexpr std::string_view kDefaultMount = "/opt/model-cache";

std::string_view trim_slashes(std::string_view text) {
  while (text.starts_with('/'))
    text.remove_prefix(1);
  while (text.ends_with('/'))
    text.remove_suffix(1);
  return text;
}

/// Users write the path within the claim, with or without leading slash, or the full path within the container.
std::string_view path_within(std::string_view path, std::string_view mount) {
  const auto inner_mount = trim_slashes(mount);
  auto inner = trim_slashes(path);
  if (path.starts_with('/') && inner.starts_with(inner_mount)) {
    const auto rest = inner.substr(inner_mount.size());
    if (rest.empty() || rest.starts_with('/'))
      inner = trim_slashes(rest);
  }
  return inner;
}

}  // namespace

ModelLocation locate_model(const ValidatedRequest& request) {
  ModelLocation location;
  location.model_path = request.model_name;
  if (request.pvc_name.empty())
    return location;
  location.pvc = request.pvc_name;
  const std::string_view mount =
      request.pvc_mount_path.empty() ? kDefaultMount : std::string_view(request.pvc_mount_path);
  location.mount = "/" + std::string(trim_slashes(mount));
  const auto inner = path_within(request.pvc_model_path, mount);
  if (!inner.empty())
    location.model_path = location.mount + "/" + std::string(inner);
  return location;
}

bool is_filesystem_path(const std::string& model_path) {
  return model_path.starts_with('/') || model_path.starts_with('.');
}

}  // namespace dynamo::emit
