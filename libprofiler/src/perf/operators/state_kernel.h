#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// The kernels of a layer that carries a state from token to token, in the order of a pass.
enum class StateStep {
  kConvolution,   ///< over the last few tokens
  kRecurrence,    ///< a scan over the prompt, or one step of decode
};

/// One layer of gated delta rule on one GPU.
struct GdnShape {
  StateStep step = StateStep::kConvolution;
  bool context = true;
  int hidden = 0;
  int conv_kernel = 0;
  int key_heads = 0, key_head_dim = 0;       ///< heads on one GPU
  int value_heads = 0, value_head_dim = 0;
  bool bf16_state = false;
};

/// One layer of Mamba-2; all heads, because the tables hold whole layers.
struct MambaShape {
  StateStep step = StateStep::kConvolution;
  bool context = true;
  int hidden = 0;
  int state_size = 0;
  int conv_kernel = 0;
  int heads = 0, head_dim = 0;
  int groups = 0;
  int chunk = 0;
};

/// Measured where there are rows, in every mode; else the roofline of its traffic.
OperatorPtr make_gdn_kernel(std::string name, double scale, const Database::Impl& database, const GdnShape& shape);
OperatorPtr make_mamba_kernel(std::string name, double scale, const Database::Impl& database, const MambaShape& shape);

}  // namespace dynamo::perf
