#pragma once

#include <string>
#include <vector>

#include "facts/corrections.h"
#include "perf/graph.h"
#include "perf/operators/gemm.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

/// What the operators of one phase of a model with latent attention have in common.
struct LatentPhase {
  const GraphInput& in;
  bool context;
  int cp;               ///< ranks that share the tokens of a prompt
  double once;          ///< scale of what a pass runs a single time
  double layers;        ///< scale of what every layer runs
  std::string prefix;

  LatentPhase(const GraphInput& input, bool is_context)
      : in(input), context(is_context), cp(is_context ? input.parallel.cp : 1), once(is_context ? 1.0 : input.draft_factor()),
        layers(input.model.layers * once * (overlaps_launches() ? facts::kOverlappedLaunches : 1.0)),
        prefix(is_context ? "context_" : "generation_") {}

  /// TensorRT-LLM with all-to-all experts runs another graph.
  [[nodiscard]] bool wide_trtllm() const { return in.database.backend == Backend::kTrtllm && in.exchange.any(); }
  [[nodiscard]] std::string named(const char* name) const { return prefix + name; }
  [[nodiscard]] bool sparse() const { return in.model.family == Family::kDeepseekV32; }
  /// Beside sparse attention, ranks of context parallelism share tokens only where experts are reached by all-to-all.
  [[nodiscard]] TokenSplit split() const { return {1, sparse() && !in.exchange.any() ? 1 : cp}; }
  [[nodiscard]] OperatorPtr gemm(const char* name, const GemmShape& shape) const {
    return make_gemm(named(name), layers, in.database, shape, split());
  }
  [[nodiscard]] OperatorPtr elementwise(const char* name, int dim_in, int dim_out) const {
    return make_elementwise(named(name), layers, in.database, dim_in, dim_out, split());
  }

 private:
  /// Kernels start before their predecessor has ended.
  [[nodiscard]] bool overlaps_launches() const { return !context && wide_trtllm(); }
};

/// Whether the checkpoint keeps that projection group in bf16.
[[nodiscard]] bool keeps_unquantised(const ModelSpec& model, const char* group);

/// Projections and attention of a layer: measured as a whole where that exists for the checkpoint's formats, else kernel by
/// kernel.
[[nodiscard]] std::vector<OperatorPtr> latent_attention(const LatentPhase& phase);

/// The same as SGLang runs it beside all-to-all experts, and what it runs before.
[[nodiscard]] std::vector<OperatorPtr> wide_latent_attention(const LatentPhase& phase);

/// Shared and routed experts.
[[nodiscard]] std::vector<OperatorPtr> latent_experts(const LatentPhase& phase);

/// A pass whose layers are one measured `attention` between norms, and experts.
[[nodiscard]] std::vector<OperatorPtr> latent_pass(const LatentPhase& phase, OperatorPtr attention, TokenSplit norms);

}  // namespace dynamo::perf
