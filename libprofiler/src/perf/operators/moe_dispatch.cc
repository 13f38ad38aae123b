#include "perf/operators/moe_dispatch.h"

#include <algorithm>

#include "perf/operators/communication.h"

namespace dynamo::perf {

namespace {

/// TensorRT-LLM sends quantised tokens on exactly this compute capability.
constexpr int kCompressedDispatchCapability = 100;

/// Elements on the wire per hidden element: NVFP4 carries a byte of scale for 16 values.
double compressed_share(MoeQuant quant) {
  switch (quant) {
    case MoeQuant::kNvfp4: return 0.25 + 0.25 / 8.0;
    case MoeQuant::kFp8:
    case MoeQuant::kFp8Block: return 0.5;
    default: return 1.0;
  }
}

/// Chooses the collectives of one side.
class Plan {
 public:
  Plan(const std::string& name, const Database::Impl& database, const DispatchShape& shape)
      : name_(name), database_(database), shape_(shape), attention_tp_(std::max(1, shape.expert_ranks / shape.attention_dp)) {}

  [[nodiscard]] std::vector<OperatorPtr> parts() {
    switch (database_.backend) {
      case Backend::kVllm: vllm(); break;
      case Backend::kSglang: sglang(); break;
      case Backend::kTrtllm: trtllm(); break;
    }
    return std::move(parts_);
  }

 private:
  [[nodiscard]] bool to_experts() const { return shape_.side == DispatchShape::Side::kToExperts; }
  [[nodiscard]] bool has_tp() const { return attention_tp_ > 1; }
  [[nodiscard]] bool has_dp() const { return shape_.attention_dp > 1; }

  void all_reduce() { parts_.push_back(make_all_reduce(name_, 1.0, database_, shape_.hidden, shape_.expert_ranks)); }
  void collective(Collective kind, double copies, int ranks) {
    parts_.push_back(make_collective(name_, 1.0, database_, kind, shape_.hidden * copies, ranks));
  }
  /// All replicas' tokens to every expert rank, or the experts' results back.
  void exchange(double share = 1.0) {
    if (to_experts()) {
      collective(Collective::kAllGather, shape_.attention_dp * share, shape_.expert_ranks);
    } else {
      collective(Collective::kReduceScatter, shape_.attention_dp, shape_.expert_ranks);
    }
  }

  void vllm() {
    if (has_tp() && !(to_experts() && shape_.attention_reduced)) all_reduce();
    if (has_dp()) exchange();
  }

  void sglang() {
    if (has_tp() && has_dp()) {
      if (to_experts()) collective(Collective::kReduceScatter, 1.0, attention_tp_);
      exchange();
      if (!to_experts()) collective(Collective::kAllGather, 1.0, attention_tp_);
    } else if (shape_.cp > 1) {
      collective(to_experts() ? Collective::kAllGather : Collective::kReduceScatter, 1.0, shape_.expert_ranks);
    } else if (has_tp()) {
      all_reduce();
    } else if (has_dp()) {
      exchange();
    }
  }

  void trtllm() {
    const bool compressed = database_.system.sm_version == kCompressedDispatchCapability;
    if (compressed && has_dp()) {
      exchange(compressed_share(shape_.quant));
    } else if (has_tp()) {
      all_reduce();
    } else if (has_dp()) {
      exchange();
    }
  }

  const std::string& name_;
  const Database::Impl& database_;
  const DispatchShape& shape_;
  int attention_tp_;
  std::vector<OperatorPtr> parts_;
};

class Dispatch final : public Operator {
 public:
  Dispatch(std::string name, double scale, const Database::Impl& database, const DispatchShape& shape)
      : Operator(std::move(name), scale), parts_(Plan(this->name(), database, shape).parts()) {}
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    Timing sum;
    for (const OperatorPtr& part : parts_) {
      const Result<Timing> time = part->at(step);
      if (!time.has_value()) return time;
      sum += *time;
    }
    sum.source = Source::kSilicon;   // the reference tags the sum so in every mode; the shares tell how it came about
    return sum;
  }

  std::vector<OperatorPtr> parts_;
};

}  // namespace

OperatorPtr make_dispatch(std::string name, double scale, const Database::Impl& database, const DispatchShape& shape) {
  return std::make_unique<Dispatch>(std::move(name), scale, database, shape);
}

}  // namespace dynamo::perf
