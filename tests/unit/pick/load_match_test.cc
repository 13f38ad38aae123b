#include <gmock/gmock.h>

#include "pick/pickers.h"
#include "rows.h"

namespace dynamo::pick {
namespace {

Estimate unit(int gpus, double seq_per_s, double tpot = 10, double concurrency = 16) {
  Estimate out = row(gpus, seq_per_s * 100 / gpus, tpot);
  out.seq_per_s = seq_per_s;
  out.concurrency = concurrency;
  return out;
}

Target rate(double requests, int gpus = 16) {
  Target out;
  out.total_gpus = gpus;
  out.tpot_ms = 30;
  out.request_rate = requests;
  return out;
}

TEST(PickLoadMatch, FewestGpusWin) {
  const std::vector rows = {unit(1, 1.0), unit(2, 4.5), unit(8, 30)};
  const Ranking ranking = pick_load_match(rows, rate(9));
  ASSERT_EQ(ranking.picks.size(), 3u);
  EXPECT_EQ(ranking.picks[0].unit.gpus, 2);
  EXPECT_EQ(ranking.picks[0].replicas, 2);
  EXPECT_EQ(ranking.picks[0].gpus_used, 4);
  EXPECT_EQ(ranking.picks[1].why_not, "needs 8 GPUs");
  EXPECT_EQ(ranking.picks[2].why_not, "needs 9 GPUs");
  EXPECT_DOUBLE_EQ(ranking.best_throughput, 0.25);
  EXPECT_FALSE(ranking.capped);
}

TEST(PickLoadMatch, ConcurrencyIsMatchedByRequestsInFlight) {
  Target target = rate(1);
  target.request_rate.reset();
  target.concurrency = 40;
  const std::vector rows = {unit(2, 5, 10, 16)};
  EXPECT_EQ(pick_load_match(rows, target).picks[0].replicas, 3);
}

TEST(PickLoadMatch, ATinyLoadStillNeedsOneUnit) {
  EXPECT_EQ(pick_load_match(std::vector{unit(2, 100)}, rate(0.1)).picks[0].replicas, 1);
}

TEST(PickLoadMatch, CapsAtTheBudgetAndSaysHowMuchIsServed) {
  const std::vector rows = {unit(4, 10), unit(8, 15)};
  const Ranking ranking = pick_load_match(rows, rate(100));
  EXPECT_TRUE(ranking.capped);
  ASSERT_EQ(ranking.picks.size(), 2u);
  EXPECT_EQ(ranking.picks[0].unit.gpus, 4);
  EXPECT_EQ(ranking.picks[0].replicas, 4);
  EXPECT_EQ(ranking.picks[0].gpus_used, 16);
  EXPECT_DOUBLE_EQ(ranking.picks[0].load_served_percent, 40);
  EXPECT_DOUBLE_EQ(ranking.picks[0].tokens_per_s_gpu_cluster, 250);
  EXPECT_EQ(ranking.picks[1].why_not, "carries only 28.6 % of the load");
}

TEST(PickLoadMatch, CarryingAllAlwaysBeatsCarryingAPart) {
  const double whole = pick_load_match(std::vector{unit(16, 100)}, rate(100)).best_throughput;
  const double part = pick_load_match(std::vector{unit(16, 99)}, rate(100)).best_throughput;
  EXPECT_GT(whole, part);
  EXPECT_GT(part, 0);
}

TEST(PickLoadMatch, ReferenceMeritIsThroughputWhenTheBudgetIsUsedUp) {
  Target reference = rate(100);
  reference.reference_order = true;
  EXPECT_DOUBLE_EQ(pick_load_match(std::vector{unit(16, 100)}, reference).best_throughput, 625);
}

TEST(PickLoadMatch, ABackendThatCarriesAllStandsBeforeOneThatCarriesAPart) {
  const Ranking part = pick_load_match(std::vector{unit(12, 60)}, rate(100));
  const Ranking whole = pick_load_match(std::vector{unit(16, 100)}, rate(100));
  ASSERT_TRUE(part.capped);
  const Ranking* const backends[] = {&part, &whole};
  const Ranking all = merged(backends, rate(100));
  EXPECT_EQ(all.picks.front().gpus_used, 16);
  EXPECT_EQ(all.picks.front().load_served_percent, 100);
  EXPECT_FALSE(all.capped);
}

TEST(PickLoadMatch, MissedLatencyFallsBackToTheClosestWithinTheBudget) {
  const std::vector rows = {unit(1, 10, 60), unit(4, 10, 45)};
  const Ranking ranking = pick_load_match(rows, rate(100));
  EXPECT_TRUE(ranking.exceeded);
  EXPECT_EQ(ranking.picks[0].unit.tpot_ms, 60) << "ten single GPUs fit the budget, forty do not";
  EXPECT_LE(ranking.picks[0].gpus_used, 16);
}

TEST(PickLoadMatch, WithoutBudgetTheLoadDecides) {
  const Ranking ranking = pick_load_match(std::vector{unit(8, 1)}, rate(100, 0));
  EXPECT_EQ(ranking.picks[0].gpus_used, 800);
  EXPECT_FALSE(ranking.capped);
}

TEST(PickLoadMatch, RowsThatServeNothingAreNoChoice) {
  EXPECT_TRUE(pick_load_match(std::vector{unit(1, 0)}, rate(1)).picks.empty());
}

}  // namespace
}  // namespace dynamo::pick
