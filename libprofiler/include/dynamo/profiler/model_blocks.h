#pragma once

namespace dynamo {

/// Consecutive equal layers of a model whose layers were searched one by one (NVIDIA Puzzle).
struct BlockSpec {
  int count = 0;
  int kv_heads = 0;       ///< 0 = these layers have no attention
  int intermediate = 0;   ///< width of the gated FFN; 0 = these layers have none
};

}  // namespace dynamo
