#pragma once

#include <vector>

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// Measured as a whole where there are rows, else the sum of its kernels. The weights are those of the kernels unless the whole
/// declares its own.
OperatorPtr make_fallback(std::string name, OperatorPtr whole, std::vector<OperatorPtr> kernels);

/// Two groups on two streams: the longer one counts. Both hold weights.
OperatorPtr make_overlap(std::string name, std::vector<OperatorPtr> one, std::vector<OperatorPtr> other);

}  // namespace dynamo::perf
