#include "perf/operators/moe_experts.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "perf/interp/curve.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/moe_reference.h"
#include "perf/operators/moe_tables.h"

namespace dynamo::perf {

namespace {

/// TensorRT-LLM has a kernel for few tokens of gated experts in NVFP4, measured apart.
constexpr int kLowLatencyTokens = 128;

class Experts final : public Operator {
 public:
  Experts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape)
      : Operator(std::move(name), scale),
        database_(database),
        shape_(shape),
        flops_(database.flops(facts_of(shape.quant))),
        main_(database, "moe"),
        own_(main_.find(shape)),
        unmeasured_(miss("these experts were not measured in this spread and format")) {
    if (shape.quant != MoeQuant::kNvfp4 || !shape.gated) return;
    const ExpertsTable few(database, "moe_low_latency");
    few_tokens_ = few.find(shape);
    few_damaged_ = few.damaged();
  }

  double weight_bytes() const override {
    const double all = static_cast<double>(shape_.hidden) * shape_.inter * shape_.experts *
                       facts_of(shape_.quant).bytes_per_element * shape_.matrices();
    return std::floor(std::floor(all / shape_.ep) / shape_.tp) * scale();
  }
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!flops_.has_value()) return std::unexpected(flops_.error());
    const std::int64_t tokens = static_cast<std::int64_t>(step.tokens) * shape_.attention_dp;
    return by_mode(
        KernelKind{database_, experts_class(facts_of(shape_.quant).compute)}, [&] { return sol(static_cast<double>(tokens)); },
        [&] { return measured(tokens); }, [&] { return estimated(tokens); });
  }

  [[nodiscard]] double sol(double tokens) const {
    return experts_sol_ms(shape_, std::llround(tokens), *flops_, facts_of(shape_.quant).bytes_per_element,
                          database_.system.mem_bytes_per_s);
  }

  [[nodiscard]] bool is_few(std::int64_t tokens) const { return tokens <= kLowLatencyTokens && few_tokens_ != nullptr; }

  [[nodiscard]] Result<Timing> measured(std::int64_t tokens) const {
    for (const auto* damaged : {&main_.damaged(), &few_damaged_}) {
      if (damaged->has_value()) return std::unexpected(**damaged);
    }
    const Slice* slice = is_few(tokens) ? few_tokens_ : own_;
    if (slice == nullptr) return std::unexpected(unmeasured_);
    const auto keys = slice->grid.keys[0];
    // One large batch says nothing about the launch costs of small ones.
    if (keys.size() == 1 && tokens < static_cast<std::int64_t>(keys[0])) {
      return std::unexpected(miss("the only measured batch is larger"));
    }
    return measured_or_error(
        query_curve(keys, slice->grid.values[0], static_cast<double>(tokens), [this](double t) { return sol(t); }), name());
  }

  [[nodiscard]] Error miss(const char* why) const {
    return {ErrorKind::kMissingData, name() + ": " + why + " (" + std::string(facts_of(shape_.quant).name) + ", " +
                                         std::to_string(shape_.experts) + " experts, moe_tp " + std::to_string(shape_.tp) +
                                         ", moe_ep " + std::to_string(shape_.ep) + ")"};
  }

  [[nodiscard]] Result<Timing> estimated(std::int64_t tokens) const {
    const bool few = is_few(tokens);
    ExpertsReference& reference = few ? few_reference_ : reference_;
    std::call_once(few ? few_once_ : once_, [&] {
      reference = few ? reference_of_slice(database_, {shape_, few_tokens_}) : reference_for(database_, main_, shape_);
    });
    if (reference.error.has_value()) return std::unexpected(*reference.error);
    const auto t = static_cast<double>(tokens);
    return estimate_from(reference.utilisation, sol(t), {t, 0, 0, 0}, reference.scale);
  }

  const Database::Impl& database_;
  ExpertsShape shape_;
  Result<double> flops_;
  ExpertsTable main_;
  const Slice* own_ = nullptr;
  Error unmeasured_;   ///< written out once: a database that estimates meets it at every step
  const Slice* few_tokens_ = nullptr;
  std::optional<Error> few_damaged_;
  mutable std::once_flag once_, few_once_;
  mutable ExpertsReference reference_, few_reference_;
};

}  // namespace

double experts_sol_ms(const ExpertsShape& shape, std::int64_t tokens, double flops, double bytes_per_element,
                      double bytes_per_s) {
  const std::int64_t h = shape.hidden;
  const std::int64_t inter = shape.inter;
  const std::int64_t routed = tokens * shape.topk;
  const std::int64_t local = routed / shape.ep;
  const std::int64_t ops = routed * h * inter * shape.matrices() * 2 / shape.ep / shape.tp;
  const std::int64_t elements = local * h * 2 + local * inter * shape.matrices() / shape.tp +
                                h * inter * shape.matrices() / shape.tp * std::min<std::int64_t>(shape.experts / shape.ep, local);
  const double math = static_cast<double>(ops) / flops * 1000.0;
  const double memory = static_cast<double>(elements) * bytes_per_element / bytes_per_s * 1000.0;
  return std::max(math, memory);
}

OperatorPtr make_experts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape) {
  return std::make_unique<Experts>(std::move(name), scale, database, shape);
}

}  // namespace dynamo::perf
