#pragma once

#include "perf/graph.h"
#include "perf/operators/attention.h"
#include "perf/operators/gemm.h"

namespace dynamo::perf {

/// What decoders with grouped-query attention have in common in one phase: everything but the feed-forward part. Operators are
/// appended in execution order.
class GqaDecoder {
 public:
  enum class Phase { kContext, kGeneration };
  /// An attention kernel and the layers that run it.
  struct AttentionRun {
    double share = 1.0;   ///< of the layers
    int window = 0;       ///< tokens, 0 = full
  };

  GqaDecoder(const GraphInput& input, Phase phase);

  /// Embedding, norms and attention; one run where all layers attend alike.
  void add_attention_block(const std::vector<AttentionRun>& runs = {{}});
  void add_logits();
  void add_embedding_all_reduce();
  void add_pipeline_transfer();
  void add_gemm(const char* name, double scale, const GemmShape& shape);
  void add(OperatorPtr op) { ops_.push_back(std::move(op)); }
  [[nodiscard]] std::vector<OperatorPtr> take() { return std::move(ops_); }

  [[nodiscard]] const GraphInput& input() const { return in_; }
  [[nodiscard]] bool is_context() const { return context_; }
  [[nodiscard]] double once() const { return once_; }       ///< scale of what a pass runs a single time
  [[nodiscard]] double layers() const { return layers_; }   ///< scale of what every layer runs
  [[nodiscard]] TokenSplit split() const { return {1, cp_}; }
  [[nodiscard]] int cp() const { return cp_; }
  [[nodiscard]] std::string named(const char* name) const { return prefix_ + name; }

 private:
  [[nodiscard]] AttentionConfig attention(int window) const;
  /// KV cache of one token and layer, in two-byte elements: what context parallelism gathers.
  [[nodiscard]] double kv_elements() const;

  const GraphInput& in_;
  bool context_;
  int cp_;
  double once_;
  double layers_;
  std::string prefix_;
  int kv_heads_, attention_width_, vocab_;   ///< on one GPU
  std::vector<OperatorPtr> ops_;
};

}  // namespace dynamo::perf
