#include "emit/runtime.h"

#include "emit/image.h"

namespace dynamo::emit {
namespace {

constexpr std::string_view kDefaultImagePrefix = "nvcr.io/nvidia/ai-dynamo/";
constexpr std::string_view kFrontendImage = "dynamo-frontend";
constexpr std::string_view kPlannerImage = "dynamo-planner";

std::string tag_of(const facts::RuntimeRelease& release) {
  return std::to_string(release.major) + "." + std::to_string(release.minor) + "." + std::to_string(release.patch);
}

std::expected<std::string, Diagnostics> own_image(const ValidatedRequest& request, std::string_view otherwise, Backend backend) {
  if (!request.image.empty()) return request.image;
  return sibling_image(request, otherwise, backend);
}

}  // namespace

std::optional<facts::RuntimeRelease> runtime_of(const ValidatedRequest& request, std::string_view asked,
                                                std::string_view image) {
  if (!asked.empty()) return facts::runtime_release(asked);
  if (!request.runtime_version_override.empty()) return facts::runtime_release(request.runtime_version_override);
  return facts::runtime_release(parse_image(image).tag);
}

PlannerLine planner_line(std::optional<facts::RuntimeRelease> release) {
  if (!release || *release >= facts::RuntimeRelease{1, 2, 0}) return PlannerLine::kNewest;
  return *release >= facts::RuntimeRelease{1, 1, 0} ? PlannerLine::k1_1 : PlannerLine::k1_0;
}

std::expected<std::string, Diagnostics> sibling_image(const ValidatedRequest& request, std::string_view name, Backend backend) {
  if (request.image.empty()) {
    // The newest release known: its engines are nearest to the versions that were measured.
    const auto& newest = facts::backend_facts(backend).releases.front().runtime;
    return std::string(kDefaultImagePrefix) + std::string(name) + ":" + tag_of(newest);
  }
  std::string image = derive_image(request.image, name);
  if (!image.empty()) return image;
  Diagnostic problem;
  problem.rule = "emit.image";
  problem.path = "spec.image";
  problem.bad_value = request.image;
  problem.reason = "a digest names this one image, so the image of `" + std::string(name) + "` cannot be derived from it";
  problem.hint = "give the image with a tag, or the runtime image of the backend itself";
  Diagnostics problems;
  problems.add(std::move(problem));
  return std::unexpected(std::move(problems));
}

std::expected<std::string, Diagnostics> planner_image(const ValidatedRequest& request, PlannerLine line, Backend backend) {
  if (line == PlannerLine::k1_0) return own_image(request, kFrontendImage, backend);
  return sibling_image(request, kPlannerImage, backend);
}

std::expected<std::string, Diagnostics> mocker_image(const ValidatedRequest& request, PlannerLine line, Backend backend) {
  if (line != PlannerLine::kNewest) return own_image(request, kFrontendImage, backend);
  return sibling_image(request, kPlannerImage, backend);
}

}  // namespace dynamo::emit
