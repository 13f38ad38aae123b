#pragma once

#include <cstdint>
#include <string>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// The routed experts of one layer and how they are spread over GPUs.
struct ExpertsShape {
  int hidden = 0;
  int inter = 0;                ///< width of one expert
  int topk = 0;                 ///< experts a token visits
  int experts = 0;
  int tp = 1;                   ///< GPUs that share one expert
  int ep = 1;                   ///< groups of experts
  int attention_dp = 1;         ///< attention replicas whose tokens meet in the experts
  MoeQuant quant = MoeQuant::kBfloat16;
  std::string distribution;     ///< how unevenly tokens choose experts, as the tables spell it
  bool gated = true;            ///< gate, up and down; else up and down only

  [[nodiscard]] int matrices() const { return gated ? 3 : 2; }
};

/// Roofline of the experts, ms. Integer divisions as the tables' own reference takes them.
[[nodiscard]] double experts_sol_ms(const ExpertsShape& shape, std::int64_t tokens, double flops, double bytes_per_element,
                                    double bytes_per_s);

/// Gated expert matrices for all tokens of the attention replicas.
OperatorPtr make_experts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape);

}  // namespace dynamo::perf
