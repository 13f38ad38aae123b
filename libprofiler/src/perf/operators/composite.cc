#include "perf/operators/composite.h"

#include <algorithm>

#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

Result<Timing> sum_of(const std::vector<OperatorPtr>& ops, const StepShape& step) {
  Timing sum = Timing::modelled(0, Source::kEmpirical);
  for (const OperatorPtr& op : ops) {
    const Result<Timing> time = op->at(step);
    if (!time.has_value()) return time;
    sum += *time;
  }
  return sum;
}

double weights_of(const std::vector<OperatorPtr>& ops) {
  double bytes = 0;
  for (const OperatorPtr& op : ops) bytes += op->weight_bytes();
  return bytes;
}

bool some_read_sequence(const std::vector<OperatorPtr>& ops) {
  return std::ranges::any_of(ops, [](const OperatorPtr& op) { return op->reads_sequence(); });
}

class Fallback final : public Operator {
 public:
  Fallback(std::string name, OperatorPtr whole, std::vector<OperatorPtr> kernels)
      : Operator(std::move(name), 1.0), whole_(std::move(whole)), kernels_(std::move(kernels)) {}

  double weight_bytes() const override {
    const double own = whole_->weight_bytes();
    return own > 0 ? own : weights_of(kernels_);
  }
  bool reads_sequence() const override { return whole_->reads_sequence() || some_read_sequence(kernels_); }

 private:
  Result<Timing> query(const StepShape& step) const override {
    Result<Timing> time = whole_->at(step);
    return !time.has_value() && is_data_miss(time.error()) ? sum_of(kernels_, step) : time;
  }

  OperatorPtr whole_;
  std::vector<OperatorPtr> kernels_;
};

class Overlap final : public Operator {
 public:
  Overlap(std::string name, std::vector<OperatorPtr> one, std::vector<OperatorPtr> other)
      : Operator(std::move(name), 1.0), one_(std::move(one)), other_(std::move(other)) {}

  double weight_bytes() const override { return weights_of(one_) + weights_of(other_); }
  bool reads_sequence() const override { return some_read_sequence(one_) || some_read_sequence(other_); }

 private:
  Result<Timing> query(const StepShape& step) const override {
    const Result<Timing> one = sum_of(one_, step);
    if (!one.has_value()) return one;
    const Result<Timing> other = sum_of(other_, step);
    if (!other.has_value()) return other;
    Timing longer = one->ms >= other->ms ? *one : *other;
    longer.source = one->plus(*other).source;   // both were asked, so both say how far the answer can be trusted
    return longer;
  }

  std::vector<OperatorPtr> one_;
  std::vector<OperatorPtr> other_;
};

}  // namespace

OperatorPtr make_fallback(std::string name, OperatorPtr whole, std::vector<OperatorPtr> kernels) {
  return std::make_unique<Fallback>(std::move(name), std::move(whole), std::move(kernels));
}

OperatorPtr make_overlap(std::string name, std::vector<OperatorPtr> one, std::vector<OperatorPtr> other) {
  return std::make_unique<Overlap>(std::move(name), std::move(one), std::move(other));
}

}  // namespace dynamo::perf
