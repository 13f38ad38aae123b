#pragma once

#include "perf/operators/operator.h"

namespace dynamo::perf {

/// How an operator divides the tokens of a step among ranks.
struct TokenSplit {
  int divisor = 1;   ///< floor division
  int ranks = 1;     ///< then ceiling division: the busiest rank of context parallelism
  [[nodiscard]] int of(int tokens) const {
    if (divisor == 1 && ranks == 1) return tokens;
    const int own = tokens / divisor;
    return (own + ranks - 1) / ranks;
  }
};

/// Norms, activations and residual additions: bf16 in and out.
OperatorPtr make_elementwise(std::string name, double scale, const Database::Impl& database, int dim_in, int dim_out,
                             TokenSplit split = {});

/// Embedding look-up: one bf16 row a token. `vocab` rows are held by one GPU.
OperatorPtr make_embedding(std::string name, double scale, const Database::Impl& database, int vocab, int hidden,
                           TokenSplit split = {});

}  // namespace dynamo::perf
