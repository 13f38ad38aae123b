#pragma once

namespace dynamo {

/// The transformer that turns images into tokens of the language model. Empty (no layers) for models that read text only.
struct VisionSpec {
  int layers = 0;
  int hidden = 0;
  int heads = 0;
  int intermediate = 0;
  int patch = 0;        ///< edge of an image patch, pixels
  int merge = 0;        ///< edge of the square of patches that becomes one token
  int output = 0;       ///< width of the tokens handed to the language model
  int projectors = 1;   ///< places of the language model that are fed, each through a projector of its own
};

}  // namespace dynamo
