#include <gmock/gmock.h>

#include <limits>

#include "pick/pickers.h"
#include "rows.h"

namespace dynamo::pick {
namespace {

Target target(double tpot, int gpus = 8) {
  Target out;
  out.total_gpus = gpus;
  out.ttft_ms = 2000;
  out.tpot_ms = tpot;
  return out;
}

TEST(PickDefault, OnlyRowsWithinTheTarget) {
  const std::vector rows = {row(1, 900, 45), row(2, 700, 20), row(4, 500, 10)};
  const Ranking ranking = pick_default(rows, target(15));
  ASSERT_EQ(ranking.picks.size(), 1u);
  EXPECT_EQ(ranking.picks[0].unit.tpot_ms, 10);
  EXPECT_FALSE(ranking.exceeded);
}

TEST(PickDefault, TheTargetItselfIsWithin) {
  const std::vector rows = {row(1, 900, 15)};
  EXPECT_FALSE(pick_default(rows, target(15)).exceeded);
}

TEST(PickDefault, FallsBackToTheTrulyClosest) {
  // The fastest row of tp2 is far off; its slow row is the closest of all.
  const std::vector rows = {row(2, 700, 40), row(1, 600, 30), row(2, 300, 20)};
  const Ranking ranking = pick_default(rows, target(5));
  EXPECT_TRUE(ranking.exceeded);
  ASSERT_EQ(ranking.picks.size(), 2u);
  EXPECT_EQ(ranking.picks[0].unit.tpot_ms, 20);
  EXPECT_EQ(ranking.picks[1].unit.tpot_ms, 30);
}

TEST(PickDefault, ReferenceFallbackRepresentsALayoutByItsFastestRow) {
  const std::vector rows = {row(2, 700, 40), row(1, 600, 30), row(2, 300, 20)};
  Target reference = target(5);
  reference.reference_order = true;
  const Ranking ranking = pick_default(rows, reference);
  ASSERT_EQ(ranking.picks.size(), 2u);
  EXPECT_EQ(ranking.picks[0].unit.tpot_ms, 30);
  EXPECT_EQ(ranking.picks[1].unit.tpot_ms, 40);
}

TEST(PickDefault, ClosestWeighsTtftAndItlAlike) {
  const std::vector rows = {row(1, 900, 30, 2000), row(2, 500, 15, 3000)};
  const Ranking ranking = pick_default(rows, target(15));
  EXPECT_TRUE(ranking.exceeded);
  EXPECT_EQ(ranking.picks[0].unit.decode.parallel.tp, 2) << "50 % over TTFT is closer than 100 % over ITL";
}

TEST(PickDefault, IdleGpusCountAsWaste) {
  // Five GPUs on a budget of eight leave three idle: 900 * 5 / 8 < 600.
  const std::vector rows = {row(5, 900, 10), row(4, 600, 10)};
  const Ranking ranking = pick_default(rows, target(15));
  ASSERT_EQ(ranking.picks.size(), 2u);
  EXPECT_EQ(ranking.picks[0].unit.gpus, 4);
  EXPECT_EQ(ranking.picks[0].replicas, 2);
  EXPECT_EQ(ranking.picks[0].gpus_used, 8);
  EXPECT_DOUBLE_EQ(ranking.picks[1].tokens_per_s_gpu_cluster, 562.5);
  EXPECT_DOUBLE_EQ(ranking.best_throughput, 600);
}

TEST(PickDefault, BestRowPerLayoutAndAtMostTopN) {
  std::vector<Estimate> rows;
  for (const int tp : {1, 2, 4, 8})
    for (const double speed : {100.0, 300.0, 200.0}) rows.push_back(row(tp, speed * tp, 10));
  Target three = target(15);
  three.top_n = 3;
  const Ranking ranking = pick_default(rows, three);
  ASSERT_EQ(ranking.picks.size(), 3u);
  EXPECT_EQ(ranking.picks[0].unit.decode.parallel.tp, 8);
  EXPECT_EQ(ranking.picks[0].unit.tokens_per_s_gpu, 2400);
  EXPECT_TRUE(ranking.picks[0].why_not.empty());
  EXPECT_EQ(ranking.picks[1].why_not, "50 % less throughput");
}

TEST(PickDefault, EqualThroughputGoesToTheLowerLatency) {
  const std::vector rows = {row(1, 500, 14), row(2, 500, 10)};
  EXPECT_EQ(pick_default(rows, target(15)).picks[0].unit.decode.parallel.tp, 2);
}

TEST(PickDefault, RequestLatencyReplacesTheOtherTargets) {
  Target end_to_end = target(1);
  end_to_end.request_latency_ms = 1200;
  const std::vector rows = {row(1, 900, 45), row(2, 700, 10)};
  const Ranking ranking = pick_default(rows, end_to_end);
  ASSERT_EQ(ranking.picks.size(), 1u);
  EXPECT_EQ(ranking.picks[0].unit.request_latency_ms, 1100);
}

TEST(PickDefault, RowsOverTheBudgetOrWithoutNumbersAreNoChoice) {
  const std::vector rows = {row(16, 900, 10), row(2, std::numeric_limits<double>::quiet_NaN(), 10)};
  const Ranking ranking = pick_default(rows, target(15));
  EXPECT_TRUE(ranking.picks.empty());
  EXPECT_FALSE(ranking.exceeded);
  EXPECT_EQ(ranking.best_throughput, 0);
}

TEST(PickDefault, TiesKeepTheOrderOfTheRows) {
  Estimate first = row(1, 500, 10), second = row(1, 500, 10);
  first.decode.batch = 8;
  second.decode.batch = 16;
  EXPECT_EQ(pick_default(std::vector{first, second}, target(15)).picks[0].unit.decode.batch, 8);
}

}  // namespace
}  // namespace dynamo::pick
