#include <gtest/gtest.h>

#include "pick/pickers.h"
#include "rows.h"

namespace dynamo::pick {
namespace {

Pick pick(double throughput, double tpot, int gpus = 8) {
  Pick out;
  out.unit = row(1, throughput, tpot);
  out.tokens_per_s_gpu_cluster = throughput;
  out.gpus_used = gpus;
  return out;
}

Target target() {
  Target out;
  out.tpot_ms = 50;
  return out;
}

TEST(WhyNot, LessThroughput) { EXPECT_EQ(why_not(pick(810, 20), pick(1000, 20), target()), "19 % less throughput"); }

TEST(WhyNot, NamesTheTradeOff) {
  EXPECT_EQ(why_not(pick(790, 10), pick(1000, 26), target()), "21 % less throughput, ITL 2.6x better");
  EXPECT_EQ(why_not(pick(790, 40), pick(1000, 20), target()), "21 % less throughput, ITL 2x worse");
}

TEST(WhyNot, EqualThroughput) {
  EXPECT_EQ(why_not(pick(1000, 20), pick(1000, 20), target()), "same throughput");
  EXPECT_EQ(why_not(pick(1000, 30), pick(1000, 20), target()), "same throughput, ITL 1.5x worse");
}

TEST(WhyNot, AMissedTargetComesFirst) {
  EXPECT_EQ(why_not(pick(2000, 60.25), pick(1000, 20), target()), "ITL 60.2 ms misses 50 ms");
}

TEST(WhyNot, LoadMatchCountsGpus) {
  Target load = target();
  load.request_rate = 5;
  EXPECT_EQ(why_not(pick(1000, 20, 12), pick(1000, 20, 8), load), "needs 12 GPUs");
}

}  // namespace
}  // namespace dynamo::pick
