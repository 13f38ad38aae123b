#pragma once

#include <string>
#include <string_view>

namespace dynamo::emit {

/// A container image reference taken apart: `registry:port/path/name:tag@digest`.
struct ImageRef {
  std::string prefix;  ///< everything before the name, with its final slash; may be empty
  std::string name;
  std::string tag;     ///< empty = none
  std::string digest;  ///< `sha256:…`, empty = none
};

[[nodiscard]] ImageRef parse_image(std::string_view image);

/// Whether the operator can tell the runtime's version from the tag: MAJOR.MINOR.PATCH with an optional v and an optional pre-release or
/// build part.
[[nodiscard]] bool has_version_tag(std::string_view image);

/// The runtime image that stands beside `image` in the same registry under the same tag. A digest identifies one image only: it
/// survives just when the name stays the same, and where it stood without a tag, `tag` takes its place.
[[nodiscard]] std::string derive_image(std::string_view image, std::string_view runtime_name, std::string_view tag);

}  // namespace dynamo::emit
