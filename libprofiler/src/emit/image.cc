#include "emit/image.h"

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

std::string derive_image(std::string_view image, std::string_view runtime_name) {
  const ImageRef ref = parse_image(image);
  if (ref.name == runtime_name)
    return std::string(image);
  if (ref.tag.empty() && !ref.digest.empty())
    return {};
  std::string derived = ref.prefix + std::string(runtime_name);
  if (!ref.tag.empty())
    derived += ":" + ref.tag;
  return derived;
}

}  // namespace dynamo::emit
