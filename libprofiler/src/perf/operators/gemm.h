#pragma once

#include "perf/operators/memory_ops.h"
#include "perf/operators/operator.h"

namespace dynamo::perf {

struct GemmShape {
  int n = 0;                           ///< outputs on one GPU
  int k = 0;                           ///< inputs on one GPU
  GemmQuant quant = GemmQuant::kBfloat16;
  bool low_precision_input = false;    ///< fp8_static: the input is already fp8, so its scaling pass falls away too
  bool roofline_if_unmeasured = false; ///< SILICON: a shape far from all measured ones takes the roofline
  bool rows_are_sequences = false;     ///< logits: one row a sequence, not a token
};

/// A dense matrix product; `m` is the tokens of the step.
OperatorPtr make_gemm(std::string name, double scale, const Database::Impl& database, const GemmShape& shape,
                      TokenSplit split = {});

}  // namespace dynamo::perf
