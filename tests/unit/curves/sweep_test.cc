#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "dynamo/profiler/curves.h"
#include "search/worker_engine.h"
#include "unit/decide/requests.h"

namespace dynamo {
namespace {

class Sweep : public testing::Test {
 protected:
  Sweep() {
    for (const Backend backend : toy::all_backends()) packs_.add(backend, "1.0.0", toy::whole_set("lane", 0.5));
  }

  [[nodiscard]] Estimate picked(const ValidatedRequest& request) const {
    auto report = decide(request, packs_.store());
    EXPECT_TRUE(report.has_value());
    EXPECT_FALSE(report->disaggregated.empty());
    return report->disaggregated.front().unit;
  }

  [[nodiscard]] Curves swept(const ValidatedRequest& request, const Estimate& unit) const {
    auto curves = sweep_curves(request, unit, packs_.store());
    EXPECT_TRUE(curves.has_value());
    return curves.has_value() ? std::move(*curves) : Curves{};
  }

  toy::Packs packs_;
};

TEST_F(Sweep, PrefillIsTheEngineAtEveryPromptLength) {
  const ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  const Estimate unit = picked(request);
  const PrefillCurve curve = swept(request, unit).prefill;
  EXPECT_EQ(curve.isl.size(), 17u);
  EXPECT_EQ(curve.isl.front(), 100);
  EXPECT_TRUE(std::ranges::is_sorted(curve.isl));
  ASSERT_EQ(curve.ttft_ms.size(), curve.isl.size());
  ASSERT_EQ(curve.tokens_per_s_gpu.size(), curve.isl.size());
  search::Scenario scenario;
  scenario.model = &request.model;
  scenario.system = request.system;
  const auto engine = search::worker_engine(unit.prefill, {.prefill = true, .decode = false}, scenario, packs_.store());
  ASSERT_TRUE(engine.has_value());
  const auto point = engine->run_static(toy::load(static_cast<int>(curve.isl[5]), 1), 1, perf::StaticMode::kContext);
  ASSERT_TRUE(point.has_value());
  EXPECT_NEAR(curve.ttft_ms[5], point->ttft_ms, 5e-4);
  EXPECT_NEAR(curve.tokens_per_s_gpu[5], static_cast<double>(curve.isl[5]) / curve.ttft_ms[5] * 1000 / unit.prefill.parallel.gpus(), 1e-3);
}

TEST_F(Sweep, DecodeStaysWithinTheCacheAndSpansContexts) {
  const ValidatedRequest request = toy::request({Backend::kVllm}, 4);
  const DecodeCurve curve = swept(request, picked(request)).decode;
  ASSERT_FALSE(curve.itl_ms.empty());
  EXPECT_GT(curve.max_kv_tokens, 0);
  EXPECT_EQ(curve.kv_usage.size(), curve.itl_ms.size());
  EXPECT_EQ(curve.context_length.size(), curve.itl_ms.size());
  EXPECT_EQ(curve.tokens_per_s_gpu.size(), curve.itl_ms.size());
  EXPECT_GT(std::set<double>(curve.context_length.begin(), curve.context_length.end()).size(), 1u);
  for (std::size_t i = 0; i < curve.itl_ms.size(); ++i) {
    EXPECT_GT(curve.kv_usage[i], 0);
    EXPECT_LE(curve.kv_usage[i], 1);
    const bool same_context = i > 0 && curve.context_length[i] == curve.context_length[i - 1];
    if (same_context) {
      EXPECT_GE(curve.itl_ms[i], curve.itl_ms[i - 1]);
    }
  }
}

TEST_F(Sweep, AttentionReplicasShareTheLoadInsteadOfMultiplyingIt) {
  const ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  Estimate unit = picked(request);
  unit.decode.parallel = {.tp = 1, .pp = 1, .dp = 1, .moe_tp = 1, .moe_ep = 1, .cp = 1};
  const DecodeCurve one = swept(request, unit).decode;
  unit.decode.parallel.dp = 4;
  unit.decode.parallel.moe_ep = 4;
  const DecodeCurve four = swept(request, unit).decode;
  EXPECT_EQ(four.max_kv_tokens, 4 * one.max_kv_tokens);
  for (const double usage : four.kv_usage) EXPECT_LE(usage, 1.0);
}

TEST_F(Sweep, ACacheTooSmallForThePlannerIsAnError) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  const Estimate unit = picked(request);
  static SystemSpec tight = toy::system();
  tight.mem_capacity_bytes = 0.5 * toy::kGib;
  request.system = &tight;
  const auto curves = sweep_curves(request, unit, packs_.store());
  ASSERT_FALSE(curves.has_value());
  EXPECT_EQ(curves.error().items().front().rule, "curves.points");
}

TEST_F(Sweep, AnAggregatedEngineHasNone) {
  const ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  Estimate unit = picked(request);
  unit.mode = ServingMode::kAggregated;
  EXPECT_FALSE(sweep_curves(request, unit, packs_.store()).has_value());
}

TEST_F(Sweep, FewPointsAreStillEnoughForAPlanner) {
  ValidatedRequest request = toy::request({Backend::kTrtllm}, 4);
  const Estimate unit = picked(request);
  request.isl = request.osl = 1;
  const Curves shortest = swept(request, unit);
  EXPECT_GE(shortest.prefill.isl.size(), 4u);
  EXPECT_GT(shortest.decode.context_length.back(), shortest.decode.context_length.front());
  const auto coarse = sweep_curves(request, unit, packs_.store(), {.prefill_points = 2, .decode_points = 6});
  ASSERT_FALSE(coarse.has_value());
  EXPECT_THAT(coarse.error().items().front().reason, testing::HasSubstr("a planner needs 4"));
}

}  // namespace
}  // namespace dynamo
