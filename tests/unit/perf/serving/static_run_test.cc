#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

class StaticRun : public testing::Test {
 protected:
  StaticRun() { packs_.add(Backend::kTrtllm, "1.0.0", toy::whole_set("lane", 0.5)); }

  [[nodiscard]] Engine engine(Parallelism p = {}, int nextn = 0, double accepted = 0) const {
    return std::move(*Engine::build(packs_.open(Backend::kTrtllm), toy::model(), {}, p, nextn, accepted));
  }

  static double sum(const std::vector<OperatorTime>& times) {
    double ms = 0;
    for (const OperatorTime& time : times)
      ms += time.ms;
    return ms;
  }

  toy::Packs packs_;
  Workload load_ = toy::load(1024, 129);
};

TEST_F(StaticRun, BothPhasesAreTheSumOfTheirParts) {
  const Engine e = engine();
  const StaticPoint both = *e.run_static(load_, 4, StaticMode::kBoth);
  const StaticPoint prefill = *e.run_static(load_, 4, StaticMode::kContext);
  const StaticPoint decode = *e.run_static(load_, 4, StaticMode::kGeneration);
  EXPECT_DOUBLE_EQ(both.context_ms, prefill.context_ms);
  EXPECT_DOUBLE_EQ(both.generation_ms, decode.generation_ms);
  EXPECT_EQ(prefill.generation_ms, 0);
  EXPECT_EQ(decode.context_ms, 0);
  EXPECT_NEAR(both.context_ms, sum(e.context_times(load_, 4)), 1e-12);
  EXPECT_NEAR(both.generation_ms, sum(e.generation_times(load_, 4)), 1e-9);
  EXPECT_NEAR(both.request_latency_ms, both.context_ms + both.generation_ms, 1e-9);
  EXPECT_NEAR(both.tpot_ms, both.generation_ms / 128, 1e-12);
}

TEST_F(StaticRun, RatesCountTheTokensOfTheirPhase) {
  const Engine e = engine({.tp = 2});
  const StaticPoint both = *e.run_static(load_, 4, StaticMode::kBoth);
  EXPECT_NEAR(both.seq_per_s, 4 / both.request_latency_ms * 1000, 1e-9);
  EXPECT_NEAR(both.tokens_per_s, both.seq_per_s * 129, 1e-6);
  EXPECT_NEAR(both.tokens_per_s_gpu, both.tokens_per_s / 2, 1e-6);
  const StaticPoint decode = *e.run_static(load_, 4, StaticMode::kGeneration);
  EXPECT_NEAR(decode.tokens_per_s, decode.seq_per_s * 128, 1e-6);
  const StaticPoint prefill = *e.run_static(load_, 4, StaticMode::kContext);
  EXPECT_NEAR(prefill.tokens_per_s, prefill.seq_per_s, 1e-9);
}

TEST_F(StaticRun, TheTrajectoryIsALeftSum) {
  // With stride 128 the first position stands for all 128 steps.
  const Engine e = engine();
  const double coarse = e.run_static(load_, 4, StaticMode::kGeneration, 1.0, 128)->generation_ms;
  EXPECT_NEAR(coarse, 128 * e.run_static(toy::load(1024, 2), 4, StaticMode::kGeneration)->generation_ms, 1e-9);
  // Attention grows with the position, so finer strides cost more.
  const double fine = e.run_static(load_, 4, StaticMode::kGeneration, 1.0, 1)->generation_ms;
  EXPECT_GT(fine, coarse);
  EXPECT_GT(e.run_static(load_, 4, StaticMode::kGeneration, 1.0, 32)->generation_ms, coarse);
  EXPECT_GT(fine, e.run_static(load_, 4, StaticMode::kGeneration, 1.0, 32)->generation_ms);
}

TEST_F(StaticRun, LatencyFactorsScaleTime) {
  const StaticPoint one = *engine().run_static(load_, 4, StaticMode::kBoth);
  const StaticPoint scaled = *engine().run_static(load_, 4, StaticMode::kBoth, 1.1);
  EXPECT_NEAR(scaled.context_ms, 1.1 * one.context_ms, 1e-12);
  EXPECT_NEAR(scaled.tpot_ms, 1.1 * one.tpot_ms, 1e-12);
}

TEST_F(StaticRun, AcceptedDraftsDivideTheTokenTime) {
  const StaticPoint plain = *engine({}, 1, 0).run_static(load_, 4, StaticMode::kBoth);
  const StaticPoint accepted = *engine({}, 1, 0.5).run_static(load_, 4, StaticMode::kBoth);
  EXPECT_NEAR(accepted.tpot_ms, plain.tpot_ms / 1.5, 1e-3);  // reported with three decimals
  EXPECT_NEAR(accepted.tokens_per_s_user, plain.tokens_per_s_user * 1.5, 0.01);
  EXPECT_NEAR(accepted.ttft_ms, plain.ttft_ms, 1e-3);
}

TEST_F(StaticRun, AShorterWorkerLayoutMissesNothing) {
  for (const int tp : {1, 2, 4, 8}) {
    for (const int batch : {1, 7, 64})
      EXPECT_TRUE(engine({.tp = tp}).run_static(load_, batch, StaticMode::kBoth).has_value()) << tp;
  }
}

TEST_F(StaticRun, FullyCachedPromptsAreAnError) {
  const auto point = engine().run_static(toy::load(100, 10, 100), 1, StaticMode::kContext);
  ASSERT_FALSE(point.has_value());
  EXPECT_EQ(point.error().kind, ErrorKind::kInvalidConfig);
}

}  // namespace
}  // namespace dynamo::perf
