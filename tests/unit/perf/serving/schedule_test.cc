#include "perf/serving/schedule.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

class ScheduleTest : public testing::TestWithParam<Backend> {
 protected:
  ScheduleTest() {
    for (const Backend b : {Backend::kTrtllm, Backend::kSglang, Backend::kVllm})
      packs_.add(b, "1.0.0", toy::whole_set("lane", 0.5));
  }

  [[nodiscard]] Schedule schedule(
      Backend backend, const Workload& load, int batch, int ctx_tokens, int nextn = 0, double accepted = 0) const {
    const Engine::Impl engine{packs_.open(backend), toy::model(), {}, {}, nextn, accepted, {}, {}};
    return schedule_of(engine, load, batch, ctx_tokens);
  }

  toy::Packs packs_;
};

TEST(QueueFactor, GrowsWithTheStepsUntilFour) {
  for (const Backend backend : {Backend::kTrtllm, Backend::kSglang}) {
    // 2 + (S - 3) / 20, at most 4
    EXPECT_DOUBLE_EQ(queue_factor(backend, 8, 3), 2.0);
    EXPECT_DOUBLE_EQ(queue_factor(backend, 1, 1), 1.9);
    EXPECT_DOUBLE_EQ(queue_factor(backend, 8, 23), 3.0);
    EXPECT_DOUBLE_EQ(queue_factor(backend, 8, 43), 4.0);
    EXPECT_DOUBLE_EQ(queue_factor(backend, 8, 1000), 4.0);
  }
}

TEST(QueueFactor, GrowsWithTheBatchOnVllmUntilTwo) {
  // 1 + log2(b) / 8, at most 2
  EXPECT_DOUBLE_EQ(queue_factor(Backend::kVllm, 1, 50), 1.0);
  EXPECT_DOUBLE_EQ(queue_factor(Backend::kVllm, 4, 50), 1.25);
  EXPECT_DOUBLE_EQ(queue_factor(Backend::kVllm, 256, 1), 2.0);
  EXPECT_DOUBLE_EQ(queue_factor(Backend::kVllm, 4096, 1), 2.0);
}

TEST_P(ScheduleTest, PromptsReadBeforeTheAnswersEnd) {
  // S = 100 * 8 / 100 = 8 steps of prefill, I = 100 of decode; one prompt a step leaves 7 that decode.
  const Schedule s = schedule(GetParam(), toy::load(100, 100), 8, 100);
  EXPECT_DOUBLE_EQ(s.steps_to_prefill, 8);
  EXPECT_DOUBLE_EQ(s.decode_iterations, 100);
  EXPECT_EQ(s.mixed.decode_requests, 7);
  EXPECT_DOUBLE_EQ(s.mix_steps, 8);
  EXPECT_DOUBLE_EQ(s.genonly_steps, 92);
  EXPECT_EQ(s.genonly_requests, 8);
  EXPECT_DOUBLE_EQ(s.mix_steps_for_tpot, GetParam() == Backend::kVllm ? 8 : 5);
  EXPECT_DOUBLE_EQ(s.balance_score, 8.0 / 100);
  EXPECT_DOUBLE_EQ(s.passes_per_prompt, 1);
}

TEST_P(ScheduleTest, PrefillBoundEveryStepIsMixed) {
  // S = 8, I = 2: four steps of prefill for every step of decode.
  const Schedule s = schedule(GetParam(), toy::load(100, 2), 8, 100);
  EXPECT_EQ(s.mixed.decode_requests, GetParam() == Backend::kVllm ? 7 : 2);
  EXPECT_DOUBLE_EQ(s.mix_steps, 8);
  EXPECT_DOUBLE_EQ(s.mix_steps_for_tpot, 8);
  EXPECT_DOUBLE_EQ(s.genonly_steps, 0);
  EXPECT_EQ(s.genonly_requests, 0);
  EXPECT_DOUBLE_EQ(s.balance_score, 4);
}

TEST_P(ScheduleTest, StepsOfPrefillAndDecodeAsManyCountAsPrefillBound) {
  const Schedule s = schedule(GetParam(), toy::load(100, 8), 8, 100);
  EXPECT_DOUBLE_EQ(s.steps_to_prefill, s.decode_iterations);
  EXPECT_DOUBLE_EQ(s.genonly_steps, 0);
  EXPECT_EQ(s.mixed.decode_requests, GetParam() == Backend::kVllm ? 7 : 8);
}

TEST_P(ScheduleTest, OneSequenceNeverDecodesBesideItsOwnPrefill) {
  const Schedule s = schedule(GetParam(), toy::load(250, 40), 1, 100);
  EXPECT_EQ(s.mixed.decode_requests, 0);
  EXPECT_DOUBLE_EQ(s.mix_steps, 1);
  EXPECT_DOUBLE_EQ(s.genonly_steps, 39);
  EXPECT_EQ(s.genonly_requests, 1);
  EXPECT_DOUBLE_EQ(s.mix_steps_for_tpot, 0);
  EXPECT_DOUBLE_EQ(s.passes_per_prompt, 3);
}

TEST_P(ScheduleTest, AcceptedDraftsShortenTheDecode) {
  // 1 + 100 / 1.5
  EXPECT_DOUBLE_EQ(schedule(GetParam(), toy::load(100, 101), 8, 100, 1, 0.5).decode_iterations, 1 + 100 / 1.5);
}

TEST_P(ScheduleTest, AtLeastOneSequenceDecodes) {
  EXPECT_EQ(schedule(GetParam(), toy::load(100, 100), 2, 400).mixed.decode_requests, 1);
}

INSTANTIATE_TEST_SUITE_P(Backends,
                         ScheduleTest,
                         testing::Values(Backend::kTrtllm, Backend::kSglang, Backend::kVllm),
                         [](const auto& param_info) { return std::string(name_of(param_info.param)); });

TEST_F(ScheduleTest, QuotientsAreFlooredBeforeTheyAreRounded) {
  // 297 steps of prefill for 19 of decode: 297 / (297 / 19) is 19 in real numbers, 18 after a floor division of
  // doubles.
  EXPECT_EQ(schedule(Backend::kTrtllm, toy::load(100, 19), 297, 100).mixed.decode_requests, 18);
}

TEST(GenonlyPosition, HalfTheAnswerPlusOne) {
  EXPECT_EQ(genonly_position(toy::load(3000, 500)), 3251);
  EXPECT_EQ(genonly_position(toy::load(0, 0)), 2);
}

}  // namespace
}  // namespace dynamo::perf
