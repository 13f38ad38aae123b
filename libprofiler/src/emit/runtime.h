#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "dynamo/profiler/request.h"
#include "facts/backend_facts.h"
#include "rules/planner_keys.h"

namespace dynamo::emit {

/// The Dynamo release that will run: `asked` (a version, empty = not given), else the request's override, else the tag of `image`.
/// Nullopt when none of them names one; that counts as the newest.
[[nodiscard]] std::optional<facts::RuntimeRelease> runtime_of(const ValidatedRequest& request, std::string_view asked,
                                                              std::string_view image);

/// The planner inside a release.
[[nodiscard]] PlannerLine planner_line(std::optional<facts::RuntimeRelease> release);

/// What the components of a v1beta1 deployment declare as their `runtimeVersionOverride`.
struct DeclaredRuntime {
  std::string version;         ///< MAJOR.MINOR.PATCH
  bool beside_tags = false;    ///< also beside images whose tag is a version
};

/// The images of one deployment. They stand beside the request's own under its tag; where that names no release (there is no image,
/// or a digest without a tag) it is the one that was asked for, else the newest.
class Images {
 public:
  /// `asked` as of `runtime_of`.
  Images(const ValidatedRequest& request, Backend backend, std::string_view asked);

  [[nodiscard]] std::string engine() const;
  /// The planner service runs the request's own image in the 1.0 line, whose frontend image holds the planner.
  [[nodiscard]] std::string planner(PlannerLine line) const;
  /// What mocker workers and their frontend run.
  [[nodiscard]] std::string mocker(PlannerLine line) const;

  /// A version that was asked for holds whatever the tags say; else only where the operator could not tell.
  [[nodiscard]] DeclaredRuntime declared() const { return {release_, asked_}; }

  /// A warning where the image names no release and nobody else does.
  [[nodiscard]] Diagnostics assumptions() const;

 private:
  [[nodiscard]] std::string sibling(std::string_view name) const;

  std::string image_;         ///< of the request; may be empty
  std::string_view engine_;   ///< name of the backend's runtime
  std::string release_;       ///< what runs, and the tag where the request's image has none
  bool known_;                ///< whether anything names `release_`; it is the newest otherwise
  bool asked_;                ///< whether it was asked for beside the image
};

}  // namespace dynamo::emit
