#include "perf/operators/composite.h"

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

/// Answers what it was told to.
class Fixed final : public Operator {
 public:
  Fixed(Result<Timing> answer, double weights) : Operator("fixed", 1), answer_(std::move(answer)), weights_(weights) {}
  double weight_bytes() const override { return weights_; }

 private:
  Result<Timing> query(const StepShape&) const override { return answer_; }
  Result<Timing> answer_;
  double weights_;
};

OperatorPtr fixed(double ms, Source source = Source::kSilicon, double weights = 0) {
  return std::make_unique<Fixed>(Timing::modelled(ms, source), weights);
}
OperatorPtr failing(ErrorKind kind) { return std::make_unique<Fixed>(std::unexpected(Error{kind, "no"}), 0.0); }

template <typename... Ops>
std::vector<OperatorPtr> list(Ops... ops) {
  std::vector<OperatorPtr> out;
  (out.push_back(std::move(ops)), ...);
  return out;
}

TEST(Fallback, TheWholeAnswersWhereItWasMeasured) {
  const OperatorPtr op = make_fallback("block", fixed(2), list(fixed(5)));
  EXPECT_EQ(op->name(), "block");
  EXPECT_DOUBLE_EQ(op->at({})->ms, 2);
}

TEST(Fallback, ElseItsKernelsAddUp) {
  const OperatorPtr op = make_fallback("block", failing(ErrorKind::kMissingData), list(fixed(5), fixed(3)));
  EXPECT_DOUBLE_EQ(op->at({})->ms, 8);
  EXPECT_EQ(op->at({})->source, Source::kSilicon);
}

TEST(Fallback, OtherErrorsOfTheWholeStand) {
  const OperatorPtr op = make_fallback("block", failing(ErrorKind::kMissingFlops), list(fixed(5)));
  ASSERT_FALSE(op->at({}).has_value());
  EXPECT_EQ(op->at({}).error().kind, ErrorKind::kMissingFlops);
}

TEST(Fallback, WeightsAreThoseOfTheKernelsUnlessTheWholeHasItsOwn) {
  EXPECT_DOUBLE_EQ(make_fallback("b", fixed(1), list(fixed(1, Source::kSilicon, 3), fixed(1, Source::kSilicon, 4)))->weight_bytes(), 7);
  EXPECT_DOUBLE_EQ(make_fallback("b", fixed(1, Source::kSilicon, 9), list(fixed(1, Source::kSilicon, 3)))->weight_bytes(), 9);
}

TEST(Overlap, TheLongerGroupCountsAndBothHoldWeights) {
  const OperatorPtr op = make_overlap("both", list(fixed(1, Source::kSilicon, 3), fixed(1)), list(fixed(5, Source::kSilicon, 4)));
  EXPECT_DOUBLE_EQ(op->at({})->ms, 5);
  EXPECT_DOUBLE_EQ(op->weight_bytes(), 7);
}

TEST(Overlap, TheSourceCoversBothGroups) {
  const OperatorPtr op = make_overlap("both", list(fixed(1, Source::kEmpirical)), list(fixed(5, Source::kSilicon)));
  EXPECT_EQ(op->at({})->source, Source::kMixed);
}

}  // namespace
}  // namespace dynamo::perf
