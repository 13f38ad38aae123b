#include "search/schedules.h"

#include <gmock/gmock.h>

namespace dynamo::search {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

TEST(Schedules, AggregatedBatchesWidenTowards512) {
  const auto batches = aggregated_batches();
  EXPECT_EQ(batches.size(), 15u + 4 + 4 + 12 + 8 + 1);
  EXPECT_EQ(batches.front(), 1);
  EXPECT_EQ(batches.back(), 512);
  EXPECT_TRUE(std::ranges::is_sorted(batches));
}

TEST(Schedules, DecodeBatchesAreFiner) {
  const auto batches = decode_batches();
  EXPECT_EQ(batches.size(), 15u + 8 + 24 + 48 + 1);
  EXPECT_EQ(batches.back(), 512);
  EXPECT_TRUE(std::ranges::is_sorted(batches));
}

TEST(Schedules, ContextBudgetsAreMultiplesOfThePrompt) {
  EXPECT_THAT(context_budgets(4000, false), ElementsAre(4000, 8000));
  EXPECT_THAT(context_budgets(1024, false), ElementsAre(1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192));
  EXPECT_THAT(context_budgets(8000, false), ElementsAre(8000, 16000));
}

TEST(Schedules, ShortPromptsAreBatchedInStepsOf512) {
  const auto budgets = context_budgets(147, false);
  EXPECT_THAT(std::vector(budgets.begin(), budgets.begin() + 3), ElementsAre(147, 294, 512));
  EXPECT_EQ(budgets.back(), 8192);
}

TEST(Schedules, ChunkedPrefillSplitsThePrompt) {
  const auto budgets = context_budgets(16384, true);
  EXPECT_EQ(budgets.front(), 512);
  EXPECT_EQ(budgets.back(), 32768);
}

TEST(Schedules, EveryLoadLeavesRoomForDecode) {
  for (const AggregatedLoad& load : aggregated_loads(1000, 500, false, false)) {
    const int prefills = (load.ctx_tokens + 999) / 1000;
    EXPECT_TRUE(load.batch == 1 ? prefills == 1 : load.batch > prefills) << load.batch << " " << load.ctx_tokens;
  }
}

TEST(Schedules, PrefillBoundLoadsAppearOncePerBudget) {
  // With isl 4000, osl 100 the mixed step saturates early: larger batches repeat it.
  const auto plain = aggregated_loads(4000, 100, false, false);
  const auto speculative = aggregated_loads(4000, 100, false, true);
  EXPECT_LT(plain.size(), speculative.size());
  int repeats = 0;
  for (const AggregatedLoad& load : plain) repeats += load.batch > 256;
  EXPECT_EQ(repeats, 0);
}

TEST(Schedules, TpotLadderHas75Steps) {
  const auto ladder = tpot_ladder(2000);
  ASSERT_EQ(ladder.size(), 75u);
  EXPECT_EQ(ladder.front().tpot_ms, 1);
  EXPECT_EQ(ladder[18].tpot_ms, 19);
  EXPECT_EQ(ladder[19].tpot_ms, 20);
  EXPECT_EQ(ladder.back().tpot_ms, 295);
  EXPECT_EQ(loosest(ladder).ttft_ms, 2000);
}

TEST(Schedules, RequestLatencyIsSplitIntoTtftAndTpot) {
  const auto ladder = request_latency_ladder(1000, 450, 11);
  std::vector<double> ttfts;
  for (const Limits& limits : ladder) {
    ttfts.push_back(limits.ttft_ms);
    EXPECT_THAT(limits.ttft_ms + limits.tpot_ms * 10, DoubleEq(1000));
  }
  EXPECT_THAT(ttfts, ElementsAre(100, 200, 300, 400, 450, 500, 600, 800));
}

TEST(Schedules, RequestLatencyWithoutTtftUsesAlmostAll) {
  const auto ladder = request_latency_ladder(20000, std::nullopt, 101);
  EXPECT_DOUBLE_EQ(ladder.back().ttft_ms, 19000);
  EXPECT_DOUBLE_EQ(ladder.back().tpot_ms, 10);
}

}  // namespace
}  // namespace dynamo::search
