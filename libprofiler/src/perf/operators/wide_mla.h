#pragma once

#include "perf/operators/mla.h"

namespace dynamo::perf {

/// Latent attention of SGLang beside all-to-all experts: the up-projections and the output projection are part of the kernel. Holds
/// no weights, as in the reference.
OperatorPtr make_wide_context_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config);
OperatorPtr make_wide_generation_mla(std::string name, double scale, const Database::Impl& database, const MlaConfig& config);

}  // namespace dynamo::perf
