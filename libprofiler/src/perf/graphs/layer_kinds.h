#pragma once

#include "perf/graph.h"
#include "perf/operators/gemm.h"

namespace dynamo::perf {

/// One phase of a model that mixes kinds of layers. Operators are appended in execution order; those of a layer carry the name of
/// its kind, e.g. `context_swa_qkv_gemm`.
class LayerKinds {
 public:
  enum class Phase { kContext, kGeneration };

  LayerKinds(const GraphInput& input, Phase phase, GemmQuant projections);

  void add_embedding();
  /// Norm, projections and attention of `count` layers.
  void add_attention(const std::string& kind, int count, const AttentionLayers& layers, bool qk_norm = false, bool value_is_key = false);
  void add_norm(const std::string& name, int count);
  /// Gated feed-forward part: up, activation, down.
  void add_dense(const std::string& kind, const char* const (&names)[3], int count, int width, GemmQuant quant);
  struct Experts {
    MoeQuant quant = MoeQuant::kBfloat16;
    MoeQuant on_the_wire = MoeQuant::kBfloat16;   ///< what the dispatch counts with
    bool router = true;
  };
  void add_experts(const std::string& kind, int count, const Experts& experts);
  void add_logits();
  void add_pipeline_transfer();
  /// KV cache that context parallelism gathers, by kind of attention.
  void add_kv_gather(const char* kind, const AttentionLayers& layers);
  [[nodiscard]] std::vector<OperatorPtr> take() { return std::move(ops_); }

 private:
  void add(OperatorPtr op) { ops_.push_back(std::move(op)); }
  void add_gemm(const std::string& name, double scale, const GemmShape& shape);
  void add_elementwise(const std::string& name, double scale, int in, int out);
  void add_gate(const std::string& kind, double scale, int heads, int width);

  const GraphInput& in_;
  bool context_;
  int cp_;
  double pass_;            ///< scale of what a pass runs once
  GemmQuant projections_;
  std::string prefix_;
  std::vector<OperatorPtr> ops_;
};

}  // namespace dynamo::perf
