#include "perf/images.h"

#include <algorithm>
#include <cmath>

namespace dynamo::perf {

ImageTokens tokens_of(const ImageLoad& images, const VisionSpec& vision) {
  if (vision.layers == 0 || images.count <= 0 || images.height <= 0 || images.width <= 0) return {};
  const int edge = vision.patch * vision.merge;
  const auto along = [edge](int pixels) {   // halves go to the even neighbour
    return std::max(1, static_cast<int>(std::nearbyint(static_cast<double>(pixels) / edge)));
  };
  const int tokens = along(images.height) * along(images.width);
  return {.patches = tokens * vision.merge * vision.merge, .tokens = tokens};
}

}  // namespace dynamo::perf
