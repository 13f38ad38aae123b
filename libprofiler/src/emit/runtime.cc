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

Images::Images(const ValidatedRequest& request, Backend backend, std::string_view asked)
    : image_(request.image), engine_(facts::backend_facts(backend).image_name) {
  const auto release = runtime_of(request, asked, request.image);
  known_ = release.has_value();
  asked_ = !asked.empty() || !request.runtime_version_override.empty();
  // The engines of the newest release are nearest to the versions that were measured.
  release_ = tag_of(release.value_or(facts::backend_facts(backend).releases.front().runtime));
}

std::string Images::sibling(std::string_view name) const {
  if (image_.empty()) return std::string(kDefaultImagePrefix) + std::string(name) + ":" + release_;
  return derive_image(image_, name, release_);
}

std::string Images::engine() const { return sibling(engine_); }

std::string Images::planner(PlannerLine line) const {
  if (line != PlannerLine::k1_0) return sibling(kPlannerImage);
  return image_.empty() ? sibling(kFrontendImage) : image_;
}

std::string Images::mocker(PlannerLine line) const {
  if (line == PlannerLine::kNewest) return sibling(kPlannerImage);
  return image_.empty() ? sibling(kFrontendImage) : image_;
}

Diagnostics Images::assumptions() const {
  if (known_ || image_.empty()) return {};
  const ImageRef ref = parse_image(image_);
  const bool pinned = ref.tag.empty() && !ref.digest.empty();
  Diagnostic warning;
  warning.severity = Severity::kWarning;
  warning.rule = "emit.image.release";
  warning.path = "spec.image";
  warning.bad_value = image_;
  warning.reason = std::string(pinned ? "a digest names one image and no release" : "names no release") + ": Dynamo " + release_ +
                   " is assumed" + (pinned && ref.name != engine_ ? ", and " + engine() + " for the engines" : "");
  warning.hint = "give runtimeVersionOverride or --runtime-version, or an image with its release as tag";
  Diagnostics found;
  found.add(std::move(warning));
  return found;
}

}  // namespace dynamo::emit
