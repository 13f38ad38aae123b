#pragma once

#include "perf/large_ep/coverage.h"
#include "perf/operators/operator.h"

namespace dynamo::perf {

struct AllToAllShape {
  AllToAll kernel = AllToAll::kDeepEpHt;
  ExchangePhase phase = ExchangePhase::kPrefill;
  ExchangeStep step = ExchangeStep::kDispatch;
  MoeQuant quant = MoeQuant::kBfloat16;
  int ep = 1;
  int token_divisor = 1;   ///< attention ranks that share the tokens of a replica
};

/// One step of an all-to-all between attention and expert ranks. Measured only: no mode estimates it.
OperatorPtr make_all_to_all(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                            const AllToAllShape& shape);

}  // namespace dynamo::perf
