#pragma once

#include <optional>

#include "perf/phase.h"

namespace dynamo::perf {

/// Memory of one GPU of a worker.
class Footprint {
 public:
  Footprint(const Database::Impl& database, const ModelSpec& model, const QuantModes& quant, const Parallelism& parallel, int nextn,
            const Graph& graph);

  struct Load {
    int batch = 0;
    int tokens = 0;                       ///< of one step, for activations
    int seq_len = 0;                      ///< KV cache of one sequence
    std::optional<int> drafted_tokens;    ///< tokens of the step that multi-token prediction multiplies; absent = all
    bool drafting = true;                 ///< false: `tokens` is a budget that contains the drafts already
  };
  [[nodiscard]] MemoryBreakdown of(const Load& load) const;

  /// What the vision encoder adds while it encodes: its weights and activations.
  [[nodiscard]] MemoryBreakdown encoder(const EncoderLoad& load) const;

  /// KV cache of one sequence of that many tokens, bytes of one rank.
  [[nodiscard]] double kv_bytes(int seq_len) const;
  [[nodiscard]] double capacity_bytes() const { return database_.system.mem_capacity_bytes; }

 private:
  /// KV cache of one token in one layer of full attention.
  [[nodiscard]] double token_kv_bytes() const;
  /// What a sequence of any length keeps in the layers of gated delta rule.
  [[nodiscard]] double delta_state_bytes() const;
  /// Of a model whose windowed layers keep the window only.
  [[nodiscard]] double windowed_kv_bytes(int seq_len) const;
  [[nodiscard]] double activation_bytes(const Load& load) const;

  const Database::Impl& database_;
  const ModelSpec& model_;
  QuantModes quant_;
  Parallelism parallel_;
  int nextn_;
  double weight_bytes_ = 0;
  double encoder_weight_bytes_ = 0;
};

/// How a backend divides a GPU's memory between everything else and the KV cache.
struct KvBudget {
  double fraction = 0;
  bool of_free = false;     ///< of what is left after weights and activations (TensorRT-LLM), else of the whole GPU
  double reserved = 0;      ///< share that the block allocator keeps
  double tolerance = 0;     ///< safety margin

  [[nodiscard]] double bytes(double capacity, double non_kv) const;
};

/// Which engine the budget is for: SGLang derives its fraction from the GPU for single-role engines.
enum class BudgetRole { kAggregated, kStatic };
[[nodiscard]] KvBudget kv_budget(const Database::Impl& database, const Parallelism& parallel, BudgetRole role,
                                 std::optional<double> fraction);

}  // namespace dynamo::perf
