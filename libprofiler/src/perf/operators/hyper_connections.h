#pragma once

#include "perf/operators/memory_ops.h"
#include "perf/operators/operator.h"

namespace dynamo::perf {

/// The residual streams around a block are mixed before and after it, each measured as one.
struct HyperConnections {
  enum class Side { kBefore, kAfter };
  Side side = Side::kBefore;
  int streams = 0;
  int hidden = 0;
  int iterations = 0;   ///< Sinkhorn steps of one mix
};

OperatorPtr make_hyper_connections(std::string name, double scale, const Database::Impl& database, const HyperConnections& config,
                                   TokenSplit split = {});

}  // namespace dynamo::perf
