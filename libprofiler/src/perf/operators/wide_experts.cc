#include "perf/operators/wide_experts.h"

#include <algorithm>
#include <cmath>

#include "perf/interp/curve.h"
#include "perf/operators/estimate.h"
#include "perf/operators/moe_tables.h"

namespace dynamo::perf {

namespace {

constexpr int kBlackwellCapability = 100;

std::string_view first_part(std::string_view key) { return key.substr(0, key.find('|')); }

/// The kernel TensorRT-LLM would choose, if it was measured, else the first that was.
std::string kernel_of(const Database::Impl& database, const Table& table, MoeQuant quant) {
  const bool deep_gemm = database.system.sm_version >= kBlackwellCapability && quant == MoeQuant::kFp8Block;
  const std::string preferred = deep_gemm ? "deepgemm" : "moe_torch_flow";
  const bool known = std::ranges::any_of(table.slices, [&](const Slice& s) { return first_part(s.key) == preferred; });
  return known || table.slices.empty() ? preferred : std::string(first_part(table.slices.front().key));
}

/// Distribution as asked, else uniform, else the first measured in that format.
std::string distribution_of(const Table& table, const std::string& kernel_and_format, const std::string& wanted) {
  std::string first;
  for (const std::string& name : {wanted, std::string("uniform")}) {
    for (const Slice& slice : table.slices) {
      if (!slice.key.starts_with(kernel_and_format)) continue;
      const std::string_view distribution = first_part(slice.key.substr(kernel_and_format.size()));
      if (distribution == name) return name;
      if (first.empty()) first = distribution;
    }
  }
  return first;
}

const Slice* wide_slice(const Database::Impl& database, const ExpertsShape& s, ExchangePhase phase) {
  const auto table = database.table(wide_experts_table(database.backend, phase));
  if (!table.has_value() || *table == nullptr) return nullptr;
  const bool sglang = database.backend == Backend::kSglang;   // one kernel, and no spare slots for copies of experts
  std::string head = sglang ? "" : kernel_of(database, **table, s.quant) + "|";
  head += std::string(facts_of(s.quant).name) + "|";
  std::string key = head + distribution_of(**table, head, s.distribution) + "|" + std::to_string(s.topk) + "|" +
                    std::to_string(s.experts);
  if (!sglang) key += "|" + std::to_string(s.experts);
  for (const int part : {s.hidden, s.inter, 1, s.ep}) key += "|" + std::to_string(part);
  return (*table)->find(key);
}

class WideExperts final : public Operator {
 public:
  WideExperts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape, ExchangePhase phase)
      : Operator(std::move(name), scale), database_(database), shape_(shape) {
    const QuantFacts& facts = facts_of(shape.quant);
    slice_ = wide_slice(database, shape, phase);
    if (slice_ != nullptr || database.backend == Backend::kSglang) {
      flops_ = database.system.bf16_flops.value_or(0.0) * facts.compute_multiple;
    } else {
      slice_ = ExpertsTable(database, "moe").find(shape);
      flops_ = database.flops(facts).value_or(0.0);
    }
  }

  double weight_bytes() const override {
    constexpr double kMatrices = 3;
    return std::floor(static_cast<double>(shape_.hidden) * shape_.inter * shape_.experts *
                      facts_of(shape_.quant).bytes_per_element * kMatrices / shape_.ep) *
           scale();
  }
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (!database_.reads_tables()) return std::unexpected(not_estimable());
    Result<Timing> time = measured(static_cast<std::int64_t>(step.tokens) * shape_.attention_dp);
    if (!time.has_value() && database_.may_estimate()) return std::unexpected(not_estimable());
    return time;
  }

  [[nodiscard]] Result<Timing> measured(std::int64_t tokens) const {
    if (slice_ == nullptr) {
      return std::unexpected(Error{ErrorKind::kMissingData, name() + ": these experts were not measured over " +
                                                                std::to_string(shape_.ep) + " GPUs"});
    }
    const auto sol = [this](double t) {
      return experts_sol_ms(shape_, std::llround(t), flops_, facts_of(shape_.quant).bytes_per_element,
                            database_.system.mem_bytes_per_s);
    };
    const auto keys = slice_->grid.keys[0];
    if (keys.size() == 1 && tokens < static_cast<std::int64_t>(keys[0])) {
      return std::unexpected(Error{ErrorKind::kMissingData, name() + ": the only measured batch is larger"});
    }
    return measured_or_error(query_curve(keys, slice_->grid.values[0], static_cast<double>(tokens), sol), name());
  }

  [[nodiscard]] Error not_estimable() const {
    return {ErrorKind::kNotEstimable, name() + ": experts behind an all-to-all have no model beside their measurements"};
  }

  const Database::Impl& database_;
  ExpertsShape shape_;
  const Slice* slice_ = nullptr;
  double flops_ = 0;
};

}  // namespace

OperatorPtr make_wide_experts(std::string name, double scale, const Database::Impl& database, const ExpertsShape& shape,
                              ExchangePhase phase) {
  return std::make_unique<WideExperts>(std::move(name), scale, database, shape, phase);
}

}  // namespace dynamo::perf
