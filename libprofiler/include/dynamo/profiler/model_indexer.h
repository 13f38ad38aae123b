#pragma once

namespace dynamo {

/// The small attention of its own with which sparse attention chooses the tokens it reads (DeepSeek-V3.2, GLM-5).
struct IndexerSpec {
  int heads = 0;    ///< 0 = the model attends to every token
  int head_dim = 0;
  int topk = 0;     ///< tokens that attention reads at most
  int layers = 0;   ///< layers that choose for themselves; the others take over the choice of one before
};

}  // namespace dynamo
