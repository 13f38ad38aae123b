#pragma once

#include "perf/large_ep/coverage.h"
#include "perf/operators/moe_experts.h"

namespace dynamo::perf {

/// Unsharded experts behind an all-to-all: kernels for that purpose where they were measured, else the ordinary ones. Measured
/// only: no mode estimates it.
OperatorPtr make_wide_experts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape,
                              ExchangePhase phase);

}  // namespace dynamo::perf
