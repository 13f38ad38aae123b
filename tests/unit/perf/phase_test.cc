#include "perf/phase.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

/// Costs one ms and remembers what it was asked.
class Probe final : public Operator {
 public:
  Probe(std::string name, std::map<std::string, std::vector<StepShape>>& log)
      : Operator(std::move(name), 1), log_(log) {}

 private:
  Result<Timing> query(const StepShape& step) const override {
    log_[name()].push_back(step);
    return Timing::modelled(1, Source::kEmpirical);
  }

  std::map<std::string, std::vector<StepShape>>& log_;
};

class Broken final : public Operator {
 public:
  Broken() : Operator("context_attention", 1) {}

 private:
  Result<Timing> query(const StepShape&) const override {
    return std::unexpected(Error{ErrorKind::kMissingData, "no rows"});
  }
};

class Phase : public testing::Test {
 protected:
  Phase() {
    for (const char* name : {"context_gemm", "context_attention"})
      graph_.context.push_back(std::make_unique<Probe>(name, log_));
    for (const char* name : {"generation_gemm", "generation_attention"}) {
      graph_.generation.push_back(std::make_unique<Probe>(name, log_));
    }
  }

  const StepShape& only(const std::string& name) {
    EXPECT_EQ(log_[name].size(), 1u) << name;
    return log_[name].front();
  }

  std::map<std::string, std::vector<StepShape>> log_;
  Graph graph_;
};

TEST_F(Phase, APrefillPassSeesTheNewTokens) {
  ASSERT_EQ(context_pass(graph_, 4, 100, 30)->ms, 2);
  EXPECT_EQ(only("context_gemm").tokens, 4 * 70);
  EXPECT_EQ(only("context_attention").batch, 4);
  EXPECT_EQ(only("context_attention").sequence, 70);
  EXPECT_EQ(only("context_attention").prefix, 30);
}

TEST_F(Phase, ADecodeStepSeesOneTokenASequence) {
  ASSERT_EQ(generation_step(graph_, 16, 3000)->ms, 2);
  EXPECT_EQ(only("generation_gemm").tokens, 16);
  EXPECT_EQ(only("generation_attention").sequence, 3000);
}

/// As Probe, but the same at every position.
class Tokenwise final : public Operator {
 public:
  explicit Tokenwise(int& asked) : Operator("gemm", 1), asked_(asked) {}
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape&) const override {
    ++asked_;
    return Timing::modelled(2, Source::kSol);
  }

  int& asked_;
};

TEST_F(Phase, StepsOfADecodePriceTokenwiseOperatorsOnce) {
  int asked = 0;
  graph_.generation.push_back(std::make_unique<Tokenwise>(asked));
  DecodeSteps steps(graph_, 16);
  for (const int position : {3000, 3032, 3064}) {
    const double one_by_one = generation_step(graph_, 16, position)->ms;
    EXPECT_EQ(steps.at(position)->ms, one_by_one);
  }
  EXPECT_EQ(asked, 4);   // three times alone, once for the decode
  EXPECT_EQ(log_["generation_attention"].back().sequence, 3064);
}

TEST_F(Phase, AMixedStepSharesTheTokenwiseOperators) {
  // 300 prefill tokens of prompts of 100, 10 decodes: 310 tokens through the GEMM, three whole prompts and ten rows of
  // attention.
  const auto time = mixed_step(graph_, {.context_tokens = 300, .decode_requests = 10, .isl = 100, .osl = 50});
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(time->ms, 3);
  EXPECT_EQ(only("context_gemm").tokens, 310);
  EXPECT_EQ(only("context_attention").batch, 3);
  EXPECT_EQ(only("context_attention").sequence, 100);
  EXPECT_EQ(only("generation_attention").batch, 10);
  EXPECT_EQ(only("generation_attention").sequence, 100 + 25 + 1);
  EXPECT_EQ(log_.count("generation_gemm"), 0u);
}

TEST_F(Phase, ChunksShareThePrefillAttentionOfTheirPrompt) {
  // 100 of 250 tokens a step: three passes a prompt, each a third of its attention.
  std::map<std::string, double> seen;
  const auto time = mixed_step(graph_,
                               {.context_tokens = 100, .decode_requests = 0, .isl = 250, .osl = 50},
                               [&](const Operator& op, const StepShape&, const Timing& t) { seen[op.name()] += t.ms; });
  EXPECT_DOUBLE_EQ(time->ms, 1 + 1.0 / 3);
  EXPECT_DOUBLE_EQ(seen["context_attention"], 1.0 / 3);
  EXPECT_EQ(only("context_attention").sequence, 250);
  EXPECT_EQ(seen.count("generation_attention"), 0u);
}

TEST_F(Phase, CachedPrefixesLeaveTheTokenwiseOperators) {
  // Two whole prompts of 100 with 40 cached: 200 - 80 + 5 tokens.
  ASSERT_TRUE(mixed_step(graph_, {.context_tokens = 200, .decode_requests = 5, .isl = 100, .osl = 10, .prefix = 40})
                  .has_value());
  EXPECT_EQ(only("context_gemm").tokens, 125);
  EXPECT_EQ(only("context_attention").sequence, 60);
  EXPECT_EQ(only("context_attention").prefix, 40);
}

TEST_F(Phase, DraftsMultiplyTheDecodeRows) {
  ASSERT_TRUE(
      mixed_step(graph_, {.context_tokens = 100, .decode_requests = 5, .isl = 100, .osl = 10, .nextn = 2}).has_value());
  EXPECT_EQ(only("context_gemm").tokens, 100 + 15);
  EXPECT_EQ(only("generation_attention").batch, 15);
}

TEST_F(Phase, NothingNewToReadIsAnError) {
  EXPECT_EQ(context_pass(graph_, 1, 100, 100).error().kind, ErrorKind::kInvalidConfig);
  EXPECT_EQ(mixed_step(graph_, {.context_tokens = 100, .decode_requests = 5, .isl = 100, .osl = 10, .prefix = 100})
                .error()
                .kind,
            ErrorKind::kInvalidConfig);
}

TEST(PhaseErrors, TheFirstMissEndsThePass) {
  Graph graph;
  graph.context.push_back(std::make_unique<Broken>());
  const auto time = context_pass(graph, 1, 10, 0);
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(time.error().message, "no rows");
  EXPECT_FALSE(mixed_step(graph, {.context_tokens = 10, .decode_requests = 1, .isl = 10, .osl = 10}).has_value());
}

TEST(MiddlePosition, HalfTheAnswerPlusOne) {
  EXPECT_EQ(middle_position(3000, 500), 3251);
  EXPECT_EQ(middle_position(10, 1), 11);
}

}  // namespace
}  // namespace dynamo::perf
