#pragma once

#include <string>

#include "perf/operators/operator.h"

namespace dynamo::perf {

enum class DeltaPhase { kPrefill, kDecode, kVerify };

/// One kernel of a Kimi delta-attention layer.
struct DeltaKernel {
  std::string kernel;      ///< as the tables name it
  DeltaPhase phase = DeltaPhase::kPrefill;
  int hidden = 0;
  int heads = 0;           ///< of this rank
  int head_dim = 0;
  int conv_width = 0;
  int drafted = 0;         ///< verify only: tokens a request is checked for
};

/// Measured kernels; without rows, the time their memory traffic takes at least, in every database mode.
OperatorPtr make_delta_kernel(std::string name, double scale, const Database::Impl& database, const DeltaKernel& config);

}  // namespace dynamo::perf
