#include "perf/phase.h"
#include "perf/serving/schedule.h"
#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

class Aggregated : public testing::TestWithParam<Backend> {
 protected:
  Aggregated() { packs_.add(GetParam(), "1.0.0", toy::whole_set("lane", 0.5)); }

  [[nodiscard]] Engine engine(Parallelism p = {}) const {
    return std::move(*Engine::build(packs_.open(GetParam()), toy::model(), {}, p));
  }

  [[nodiscard]] double dispatch_ms() const { return GetParam() == Backend::kVllm ? 0.8 * toy::model().layers : 0.0; }

  toy::Packs packs_;
};

TEST_P(Aggregated, LatenciesFollowFromTheTwoKindsOfSteps) {
  const auto point = engine().run_aggregated(toy::load(1024, 100), 8, 1024);
  ASSERT_TRUE(point.has_value());
  const double mix = point->mix_step_ms;
  const double decode = point->genonly_step_ms;
  EXPECT_GT(mix, decode);
  EXPECT_NEAR(point->ttft_ms, (mix + dispatch_ms()) * queue_factor(GetParam(), 8, 8), 1e-12);
  // S = 8, I = 100: 92 steps of decode alone beside 8 mixed ones, of which the framework drains 3 (not vLLM).
  const double mixed = GetParam() == Backend::kVllm ? 8 : 5;
  EXPECT_NEAR(point->tpot_ms, (mix * mixed + decode * 92) / (mixed + 92), 1e-12);
  EXPECT_NEAR(point->request_latency_ms, point->ttft_ms + point->tpot_ms * 99, 1e-9);
}

TEST_P(Aggregated, ThroughputIsWhatLeavesInOneRoundOfSteps) {
  const auto point = engine().run_aggregated(toy::load(1024, 100), 8, 1024);
  double expected = 8 * 99 * 1000 / (8 * point->mix_step_ms + 92 * point->genonly_step_ms);
  if (GetParam() == Backend::kVllm)
    expected = std::min(expected, 8 * 99 * 1000 / point->request_latency_ms);
  EXPECT_NEAR(point->tokens_per_s, expected, 1e-9 * expected);
  EXPECT_NEAR(point->seq_per_s, expected / 99, 1e-9 * expected);
  EXPECT_NEAR(point->tokens_per_s_user, 1000 / point->tpot_ms, 1e-9);
  EXPECT_EQ(point->concurrency, 8);
}

TEST_P(Aggregated, PerGpuRatesDivideByTheWorker) {
  const auto point = engine({.tp = 4}).run_aggregated(toy::load(1024, 100), 8, 1024);
  EXPECT_DOUBLE_EQ(point->tokens_per_s_gpu, point->tokens_per_s / 4);
  EXPECT_DOUBLE_EQ(point->seq_per_s_gpu, point->seq_per_s / 4);
}

TEST_P(Aggregated, LargerBatchesRaiseThroughputAndTokenTime) {
  double throughput = 0;
  double tpot = 0;
  for (const int batch : {1, 2, 8, 32, 128}) {
    const auto point = engine().run_aggregated(toy::load(1024, 500), batch, 1024);
    ASSERT_TRUE(point.has_value());
    EXPECT_GT(point->tokens_per_s, throughput) << batch;
    EXPECT_GE(point->tpot_ms, tpot) << batch;
    throughput = point->tokens_per_s;
    tpot = point->tpot_ms;
  }
}

TEST_P(Aggregated, OneSequenceWaitsForItsOwnPrefillOnly) {
  const auto point = engine().run_aggregated(toy::load(1024, 100), 1, 1024);
  EXPECT_NEAR(point->ttft_ms, (point->mix_step_ms + dispatch_ms()) * (GetParam() == Backend::kVllm ? 1.0 : 1.9), 1e-12);
  EXPECT_NEAR(point->tpot_ms, point->genonly_step_ms, 1e-12);
  EXPECT_EQ(point->num_ctx_reqs, 1);
  EXPECT_EQ(point->num_tokens, 1024);
}

TEST_P(Aggregated, OperatorTimesAddUpToTheSteps) {
  const Engine e = engine({.tp = 2});
  const Workload load = toy::load(1024, 100);
  const auto point = e.run_aggregated(load, 8, 1024);
  const auto sum = [](const std::vector<OperatorTime>& times) {
    double ms = 0;
    for (const OperatorTime& time : times) {
      ms += time.ms;
      EXPECT_NEAR(time.looked_up_ms + time.interpolated_ms + time.extrapolated_ms + time.modelled_ms, time.ms, 1e-12)
          << time.name;
    }
    return ms;
  };
  EXPECT_NEAR(sum(e.mix_times(load, 8, 1024)), point->mix_step_ms, 1e-12);
  EXPECT_NEAR(sum(e.genonly_times(load, 8, 1024)), point->genonly_step_ms, 1e-12);
}

TEST_P(Aggregated, MoreCacheThanBudgetIsToldApartFromNoRoomAtAll) {
  // 12 KiB a token: 1,024 sequences of 8,192 tokens need 32 GiB, of 32,768 tokens 128 GiB of 100.
  const Workload load = toy::load(8000, 192);
  EXPECT_FALSE(engine().run_aggregated(load, 8, 8000)->kv_oom);
  const double bytes = engine().kv_bytes_per_seq(8192);
  const int whole = static_cast<int>(100 * toy::kGib / bytes);
  const auto full = engine().run_aggregated(load, whole + 1, 8000);
  ASSERT_TRUE(full.has_value());
  EXPECT_TRUE(full->oom);
  EXPECT_FALSE(full->kv_oom);
  const auto tight = engine().run_aggregated(load, static_cast<int>(whole * 0.94), 8000);
  EXPECT_FALSE(tight->oom);
  EXPECT_TRUE(tight->kv_oom);
  EXPECT_GT(tight->memory.kv_cache_gib, tight->kv_budget_gib);
}

INSTANTIATE_TEST_SUITE_P(Backends,
                         Aggregated,
                         testing::Values(Backend::kTrtllm, Backend::kSglang, Backend::kVllm),
                         [](const auto& param_info) { return std::string(name_of(param_info.param)); });

}  // namespace
}  // namespace dynamo::perf
