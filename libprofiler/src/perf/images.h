#pragma once

#include "dynamo/profiler/model_vision.h"

namespace dynamo::perf {

/// Images of one size that come with every prompt.
struct ImageLoad {
  int height = 0;   ///< pixels
  int width = 0;
  int count = 0;    ///< of one prompt
};

/// What one image becomes.
struct ImageTokens {
  int patches = 0;   ///< the encoder's sequence
  int tokens = 0;    ///< what the language model reads
};

/// Each edge goes to the nearest multiple of a token's edge, as the models' processors resize. Nothing without a vision encoder.
[[nodiscard]] ImageTokens tokens_of(const ImageLoad& images, const VisionSpec& vision);

}  // namespace dynamo::perf
