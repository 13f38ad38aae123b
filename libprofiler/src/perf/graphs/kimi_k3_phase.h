#pragma once

#include <string>
#include <vector>

#include "perf/graph.h"
#include "perf/operators/communication.h"
#include "perf/operators/gemm.h"
#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

/// Operators of one phase of Kimi-K3, in execution order. Drafting does not repeat layers here: a draft model of its own proposes
/// tokens, and a decode step checks them all.
class KimiPhase {
 public:
  KimiPhase(const GraphInput& input, bool is_context)
      : in(input), spec(input.model.kimi_hybrid), context(is_context), prefix_(is_context ? "context_" : "generation_") {}

  const GraphInput& in;
  const KimiHybridSpec& spec;
  bool context;

  [[nodiscard]] bool vllm() const { return in.database.backend == Backend::kVllm; }
  [[nodiscard]] int tp() const { return in.parallel.tp; }
  [[nodiscard]] int hidden() const { return in.model.hidden; }
  [[nodiscard]] std::string named(const std::string& name) const { return prefix_ + name; }

  [[nodiscard]] OperatorPtr make(const std::string& name, double scale, GemmShape shape) const {
    return make_gemm(named(name), scale, in.database, shape);
  }
  void gemm(const std::string& name, double scale, int n, int k, bool low_precision_input = false) {
    ops_.push_back(make(name, scale, {.n = n, .k = k, .quant = in.quant.gemm, .low_precision_input = low_precision_input}));
  }
  void bf16_gemm(const std::string& name, double scale, int n, int k) {
    ops_.push_back(make(name, scale, {.n = n, .k = k, .quant = GemmQuant::kBfloat16}));
  }
  void elementwise(const std::string& name, double scale, int dim_in, int dim_out) {
    ops_.push_back(make_elementwise(named(name), scale, in.database, dim_in, dim_out));
  }
  void all_reduce(const std::string& name, double scale) {
    ops_.push_back(make_all_reduce(named(name), scale, in.database, hidden(), tp()));
  }
  void add(OperatorPtr op) { ops_.push_back(std::move(op)); }
  [[nodiscard]] std::vector<OperatorPtr> take() { return std::move(ops_); }

 private:
  std::string prefix_;
  std::vector<OperatorPtr> ops_;
};

/// Layers with delta attention.
void add_delta_layers(KimiPhase& phase);
/// Layers with latent attention and an output gate.
void add_gated_latent_layers(KimiPhase& phase);
/// Dense and latent-expert FFNs of all layers.
void add_kimi_ffn(KimiPhase& phase);
/// What a decode step adds where tokens are drafted.
void add_kimi_draft(KimiPhase& phase);

}  // namespace dynamo::perf
