#pragma once

#include <compare>
#include <string>

namespace dynamo {

/// How one engine is spread over GPUs. `tp * pp * dp * cp` GPUs; for MoE `tp * dp * cp == moe_tp * moe_ep`.
struct Parallelism {
  int tp = 1;       ///< attention and dense weights
  int pp = 1;       ///< layers
  int dp = 1;       ///< attention replicas; batch sizes are per replica
  int moe_tp = 1;   ///< expert weights
  int moe_ep = 1;   ///< experts
  int cp = 1;       ///< prefill context (SGLang)
  auto operator<=>(const Parallelism&) const = default;

  [[nodiscard]] int gpus() const { return tp * pp * dp * cp; }
  /// Short and injective: `tp8`, `tep8`, `dep8`, `tp4-pp2`, `tp2-dp4-etp2-ep4`.
  [[nodiscard]] std::string label(bool moe) const;
};

}  // namespace dynamo
