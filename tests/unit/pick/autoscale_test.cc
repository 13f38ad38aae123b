#include <gmock/gmock.h>

#include "pick/pickers.h"

namespace dynamo::pick {
namespace {

search::RoleRow worker(int tp, int batch, double rate, double ttft, double tpot) {
  search::RoleRow out;
  out.worker.parallel.tp = tp;
  out.worker.batch = batch;
  out.worker.seq_per_s = rate;
  out.point.seq_per_s_gpu = rate / tp;
  out.point.concurrency = batch;
  out.point.ttft_ms = ttft;
  out.point.tpot_ms = tpot;
  return out;
}

Target target(double ttft, double tpot, int gpus = 8) {
  Target out;
  out.total_gpus = gpus;
  out.ttft_ms = ttft;
  out.tpot_ms = tpot;
  return out;
}

TEST(PickAutoscale, ChoosesBothRolesOnTheirOwn) {
  const std::vector prefill = {worker(1, 1, 5, 400, 0), worker(2, 1, 8, 200, 0)};
  const std::vector decode = {worker(1, 64, 20, 0, 45), worker(1, 32, 12, 0, 28), worker(2, 64, 22, 0, 25)};
  const Ranking ranking = pick_autoscale(prefill, decode, target(1000, 30), 101);
  EXPECT_FALSE(ranking.exceeded);
  ASSERT_EQ(ranking.picks.size(), 4u);
  const Estimate& best = ranking.picks[0].unit;
  EXPECT_EQ(best.prefill_workers, 1);
  EXPECT_EQ(best.decode_workers, 1);
  EXPECT_EQ(best.decode.batch, 32) << "the faster row of that layout misses 30 ms";
  EXPECT_DOUBLE_EQ(best.seq_per_s, 7.2);   // 8 * 0.9 on 3 GPUs
  EXPECT_DOUBLE_EQ(best.ttft_ms, 360);
}

TEST(PickAutoscale, TtftIsCheckedWithQueueing) {
  const std::vector prefill = {worker(1, 1, 5, 600, 0), worker(2, 1, 8, 300, 0)};
  const std::vector decode = {worker(1, 8, 10, 0, 10)};
  const Ranking ranking = pick_autoscale(prefill, decode, target(1000, 30), 101);
  ASSERT_EQ(ranking.picks.size(), 1u);
  EXPECT_EQ(ranking.picks[0].unit.prefill.parallel.tp, 2);
}

TEST(PickAutoscale, MissedTargetsGiveTheClosestAndSaySo) {
  const std::vector prefill = {worker(1, 1, 5, 600, 0), worker(2, 1, 8, 300, 0)};
  const std::vector decode = {worker(1, 8, 10, 0, 40), worker(2, 8, 20, 0, 50)};
  Target tight = target(100, 20);
  tight.top_n = 1;
  const Ranking ranking = pick_autoscale(prefill, decode, tight, 101);
  EXPECT_TRUE(ranking.exceeded);
  ASSERT_EQ(ranking.picks.size(), 1u);
  EXPECT_EQ(ranking.picks[0].unit.prefill.parallel.tp, 2);
  EXPECT_EQ(ranking.picks[0].unit.decode.parallel.tp, 1);
}

TEST(PickAutoscale, RespectsTheBudget) {
  const std::vector prefill = {worker(4, 1, 100, 100, 0), worker(2, 1, 10, 200, 0)};
  const std::vector decode = {worker(8, 64, 100, 0, 10), worker(4, 32, 20, 0, 20)};
  for (const Pick& pick : pick_autoscale(prefill, decode, target(1000, 30), 101).picks) EXPECT_LE(pick.gpus_used, 8);
  Target reference = target(1000, 30);
  reference.reference_order = true;
  EXPECT_EQ(pick_autoscale(prefill, decode, reference, 101).picks.size(), 4u);
}

TEST(PickAutoscale, WidensBeyondTheBestWhenTheyDoNotFitTogether) {
  const std::vector prefill = {worker(8, 1, 800, 100, 0), worker(2, 1, 1, 200, 0)};
  const std::vector decode = {worker(8, 64, 800, 0, 10), worker(4, 32, 2, 0, 20)};
  Target one = target(1000, 30);
  one.top_n = 1;
  const Ranking ranking = pick_autoscale(prefill, decode, one, 101);
  ASSERT_EQ(ranking.picks.size(), 1u);
  EXPECT_EQ(ranking.picks[0].gpus_used, 6);
}

TEST(PickAutoscale, TheClosestFitWhereThoseWithinTheTargetsDoNot) {
  const std::vector prefill = {worker(4, 1, 100, 100, 0), worker(2, 1, 10, 600, 0), worker(1, 1, 9, 900, 0)};
  const std::vector decode = {worker(2, 64, 100, 0, 10), worker(1, 32, 20, 0, 20)};
  const Ranking ranking = pick_autoscale(prefill, decode, target(1000, 30, 4), 101);
  EXPECT_TRUE(ranking.exceeded);
  ASSERT_FALSE(ranking.picks.empty());
  EXPECT_EQ(ranking.picks[0].unit.prefill.parallel.tp, 2);
  EXPECT_EQ(ranking.picks[0].unit.decode.parallel.tp, 1) << "of equal misses the one with more throughput per GPU";
}

TEST(PickAutoscale, NothingWithoutCandidates) {
  EXPECT_TRUE(pick_autoscale({}, {}, target(1000, 30), 101).picks.empty());
}

}  // namespace
}  // namespace dynamo::pick
