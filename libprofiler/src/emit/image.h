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

/// The runtime image that stands beside `image` in the same registry under the same tag; empty if the reference names
/// no version that could be carried over. A digest identifies one image only, so it survives just when the name stays
/// the same.
[[nodiscard]] std::string derive_image(std::string_view image, std::string_view runtime_name);

}  // namespace dynamo::emit
