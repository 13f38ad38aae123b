#include "perf/operators/memory_ops.h"

namespace dynamo::perf {

namespace {

constexpr double kBf16Bytes = 2;

Timing traffic(const Database::Impl& database, double bytes) {
  return Timing::modelled(database.memory_ms(bytes),
                          database.mode == DatabaseMode::kSol ? Source::kSol : Source::kEmpirical);
}

class Elementwise final : public Operator {
 public:
  Elementwise(std::string name, double scale, const Database::Impl& database, int width, TokenSplit split)
      : Operator(std::move(name), scale), database_(database), width_(width), split_(split) {}
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    return traffic(database_, static_cast<double>(split_.of(step.tokens)) * kBf16Bytes * static_cast<double>(width_));
  }
  const Database::Impl& database_;
  int width_;
  TokenSplit split_;
};

class Embedding final : public Operator {
 public:
  Embedding(std::string name, double scale, const Database::Impl& database, int vocab, int hidden, TokenSplit split)
      : Operator(std::move(name), scale), database_(database), vocab_(vocab), hidden_(hidden), split_(split) {}

  double weight_bytes() const override {
    return static_cast<double>(vocab_) * static_cast<double>(hidden_) * kBf16Bytes * scale();
  }
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    return traffic(database_, static_cast<double>(split_.of(step.tokens)) * static_cast<double>(hidden_) * kBf16Bytes);
  }
  const Database::Impl& database_;
  int vocab_;
  int hidden_;
  TokenSplit split_;
};

}  // namespace

OperatorPtr make_elementwise(std::string name, double scale, const Database::Impl& database, int dim_in, int dim_out,
                             TokenSplit split) {
  return std::make_unique<Elementwise>(std::move(name), scale, database, dim_in + dim_out, split);
}

OperatorPtr make_embedding(std::string name, double scale, const Database::Impl& database, int vocab, int hidden,
                           TokenSplit split) {
  return std::make_unique<Embedding>(std::move(name), scale, database, vocab, hidden, split);
}

}  // namespace dynamo::perf
