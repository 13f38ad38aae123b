#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// How attention ranks and expert ranks exchange tokens.
struct DispatchShape {
  enum class Side { kToExperts, kFromExperts };
  Side side = Side::kToExperts;
  int hidden = 0;
  int expert_ranks = 1;       ///< moe_tp * moe_ep
  int attention_dp = 1;
  int cp = 1;                 ///< prefill context parallelism
  MoeQuant quant = MoeQuant::kBfloat16;
  bool attention_reduced = false;   ///< the graph prices the all-reduce of attention itself
};

/// Collectives before or after the experts, as the backend runs them inside one node.
OperatorPtr make_dispatch(std::string name, double scale, const Database::Impl& database, const DispatchShape& shape);

}  // namespace dynamo::perf
