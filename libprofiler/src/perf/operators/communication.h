#pragma once

#include "perf/operators/memory_ops.h"
#include "perf/operators/operator.h"

namespace dynamo::perf {

/// All-reduce of `hidden` bf16 values a token over `ranks` tensor-parallel GPUs (custom kernels of the framework).
OperatorPtr make_all_reduce(std::string name, double scale, const Database::Impl& database, int hidden, int ranks,
                            TokenSplit split = {});

enum class Collective { kAllGather, kReduceScatter, kAllReduce, kAllToAll };

/// NCCL collective of `elements_per_token` values over `ranks` GPUs.
OperatorPtr make_collective(std::string name, double scale, const Database::Impl& database, Collective kind,
                            double elements_per_token, int ranks, TokenSplit split = {});

/// Activations handed to the next pipeline stage, over the network between nodes.
OperatorPtr make_point_to_point(std::string name, double scale, const Database::Impl& database, int hidden, int stages,
                                TokenSplit split = {});

}  // namespace dynamo::perf
