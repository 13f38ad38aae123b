#include <algorithm>
#include <string>
#include <string_view>

#include "rules/rules.h"

namespace dynamo {
namespace {

constexpr std::string_view kDefaultMount = "/opt/model-cache";
constexpr std::size_t kMaxSubdomain = 253;

bool is_subdomain(std::string_view text) {
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  char before = '.';
  for (const char c : text) {
    const bool inner = c == '-' && before != '.';
    const bool dot = c == '.' && word(before);
    if (!word(c) && !inner && !dot) {
      return false;
    }
    before = c;
  }
  return !text.empty() && text.size() <= kMaxSubdomain && word(text.back()) &&
         text.find("-.") == std::string_view::npos;
}

bool has_parent_step(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

bool has_control(std::string_view path) {
  return std::ranges::any_of(path, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

std::string_view strip_slashes(std::string_view path) {
  while (path.starts_with('/')) {
    path.remove_prefix(1);
  }
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path;
}

void check_name(Report& report) {
  const RequestSpec::ModelCache& cache = report.spec.model_cache;
  const Field<std::string>& name = cache.pvc_name;
  if (name.malformed) {
    return;
  }
  if (!name.set() || name.value.empty()) {
    const Field<std::string>& other = cache.pvc_model_path.set() ? cache.pvc_model_path : cache.pvc_mount_path;
    Finding missing{.rule = "modelCache.pvcName.required",
                    .code = DiagnosticCode::kRequired,
                    .field = "modelCache.pvcName",
                    .reason = "is missing",
                    .hint = "name the PVC that holds the weights, or remove modelCache",
                    .mark = report.place(name, other.key_mark)};
    // An empty modelCache reaches a Job with the mount path that the API server fills in.
    report.options.job ? report.warning(std::move(missing)) : report.error(std::move(missing));
  } else if (!is_subdomain(name.value)) {
    report.error({.rule = "modelCache.pvcName.dns",
                  .field = "modelCache.pvcName",
                  .reason = quoted(name.value) + " is not the name of a PVC",
                  .hint = "use lower-case letters, digits, dots and inner dashes, at most 253 characters",
                  .bad_value = name.value,
                  .mark = name.mark});
  }
  report.request.pvc_name = name.value;
}

void check_mount(Report& report) {
  const Field<std::string>& mount = report.spec.model_cache.pvc_mount_path;
  if (!mount.set() || mount.value.empty()) {
    report.request.pvc_mount_path = kDefaultMount;
    report.origin("modelCache.pvcMountPath", std::string(kDefaultMount), "default");
    return;
  }
  const std::string& path = mount.value;
  report.request.pvc_mount_path = path;
  const bool usable = path.starts_with('/') && !strip_slashes(path).empty() && path.find(':') == std::string::npos &&
                      !has_parent_step(path) && !has_control(path);
  if (!usable) {
    report.error({.rule = "modelCache.pvcMountPath.path",
                  .field = "modelCache.pvcMountPath",
                  .reason = quoted(path) + " is not an absolute path below /",
                  .hint = "for example " + std::string(kDefaultMount),
                  .bad_value = path,
                  .mark = mount.mark});
  }
}

/// The path relative to the PVC's root: surrounding slashes dropped, and the mount path if it was written in front.
std::string inside_mount(std::string_view path, std::string_view mount) {
  const std::string_view root = strip_slashes(mount);
  const std::string_view plain = strip_slashes(path);
  if (path.starts_with('/') && plain.starts_with(root) && (plain.size() == root.size() || plain[root.size()] == '/')) {
    return std::string(strip_slashes(plain.substr(root.size())));
  }
  return std::string(plain);
}

void check_model_path(Report& report) {
  const Field<std::string>& path = report.spec.model_cache.pvc_model_path;
  if (!path.set()) {
    return;
  }
  if (has_parent_step(path.value) || has_control(path.value)) {
    report.error({.rule = "modelCache.pvcModelPath.path",
                  .field = "modelCache.pvcModelPath",
                  .reason = quoted(path.value) + " leads out of the PVC or has control characters",
                  .hint = "write the path inside the PVC, for example hub/models--Qwen--Qwen3-32B",
                  .bad_value = path.value,
                  .mark = path.mark});
    return;
  }
  report.request.pvc_model_path = inside_mount(path.value, report.request.pvc_mount_path);
  if (report.request.pvc_model_path != path.value) {
    report.origin("modelCache.pvcModelPath", report.request.pvc_model_path, "normalised from " + quoted(path.value));
  }
}

}  // namespace

void check_model_cache(Report& report) {
  const RequestSpec::ModelCache& cache = report.spec.model_cache;
  if (!cache.pvc_name.set() && !cache.pvc_model_path.set() && !cache.pvc_mount_path.set()) {
    return;
  }
  check_name(report);
  check_mount(report);
  check_model_path(report);
}

}  // namespace dynamo
