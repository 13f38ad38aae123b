#include "emit/image.h"

#include <algorithm>

namespace dynamo::emit {

ImageRef parse_image(std::string_view image) {
  ImageRef ref;
  if (const auto at = image.find('@'); at != std::string_view::npos) {
    ref.digest = image.substr(at + 1);
    image = image.substr(0, at);
  }
  // A colon before the last slash belongs to the registry's port.
  const auto slash = image.rfind('/');
  const auto name_begin = slash == std::string_view::npos ? 0 : slash + 1;
  ref.prefix = image.substr(0, name_begin);
  auto name = image.substr(name_begin);
  if (const auto colon = name.find(':'); colon != std::string_view::npos) {
    ref.tag = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  ref.name = name;
  return ref;
}

bool has_version_tag(std::string_view image) {
  const std::string whole = parse_image(image).tag;
  std::string_view tag = whole;
  if (tag.starts_with('v') || tag.starts_with('V')) tag.remove_prefix(1);
  for (int part = 0; part < 3; ++part) {
    const std::size_t digits = std::min(tag.find_first_not_of("0123456789"), tag.size());
    if (digits == 0 || (digits > 1 && tag.front() == '0')) return false;
    tag.remove_prefix(digits);
    if (part == 2) break;
    if (!tag.starts_with('.')) return false;
    tag.remove_prefix(1);
  }
  return tag.empty() || (tag.size() > 1 && (tag.front() == '-' || tag.front() == '+'));
}

std::string derive_image(std::string_view image, std::string_view runtime_name, std::string_view tag) {
  const ImageRef ref = parse_image(image);
  if (ref.name == runtime_name)
    return std::string(image);
  std::string derived = ref.prefix + std::string(runtime_name);
  if (!ref.tag.empty())
    derived += ":" + ref.tag;
  else if (!ref.digest.empty())
    derived += ":" + std::string(tag);
  return derived;
}

}  // namespace dynamo::emit
