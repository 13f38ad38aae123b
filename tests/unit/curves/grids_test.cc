#include "curves/grids.h"

#include <gmock/gmock.h>

namespace dynamo::curves {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PrefillGrid, StartsAt100AndEndsBelowTheContext) {
  const std::vector<int> grid = prefill_grid(8000, 16);
  ASSERT_EQ(grid.size(), 17u);
  EXPECT_EQ(grid[0], 100);
  EXPECT_EQ(grid[1], 561);
  EXPECT_EQ(grid.back(), 7476);
  EXPECT_EQ(prefill_grid(40960, 16).back(), 40436);
  EXPECT_EQ(prefill_grid(163840, 16)[2], 20502);
}

TEST(DecodeGrid, LeavesRoomForTheAnswer) {
  EXPECT_THAT(decode_grid(2048, 6), ElementsAre(100, 358, 616, 874, 1132, 1390));
  EXPECT_THAT(decode_grid(40960, 6), ElementsAre(100, 6843, 13586, 20329, 27072, 33815));
  EXPECT_THAT(decode_grid(600, 6), IsEmpty());
}

TEST(ConcurrencyGrid, OneReplicaIsSweptEvenly) {
  EXPECT_THAT(concurrency_grid(1, 0, 6), IsEmpty());
  EXPECT_THAT(concurrency_grid(1, 3, 6), ElementsAre(1, 2, 3));
  EXPECT_THAT(concurrency_grid(1, 20, 6), ElementsAre(1, 4, 8, 12, 16, 20));
  EXPECT_THAT(concurrency_grid(1, 163, 6), ElementsAre(1, 33, 65, 98, 130, 163));
  EXPECT_THAT(concurrency_grid(1, 5000, 6), ElementsAre(1, 400, 800, 1200, 1600, 2000));
  EXPECT_THAT(concurrency_grid(1, 100, 2), ElementsAre(1, 100));
  EXPECT_THAT(concurrency_grid(1, 100, 1), ElementsAre(100));
}

TEST(ConcurrencyGrid, ReplicasShareTheCapacityInsteadOfMultiplyingIt) {
  EXPECT_THAT(concurrency_grid(2, 100, 6), ElementsAre(2, 20, 40, 60, 80, 100));
  EXPECT_THAT(concurrency_grid(8, 40, 6), ElementsAre(8, 16, 24, 32, 40));
  EXPECT_THAT(concurrency_grid(8, 200, 6), ElementsAre(8, 40, 80, 120, 160, 200));
  EXPECT_THAT(concurrency_grid(8, 7, 6), IsEmpty());
  for (const int dp : {1, 2, 4, 8, 16, 72}) {
    for (const std::int64_t capacity : {16, 100, 999, 5000}) {
      for (const std::int64_t requests : concurrency_grid(dp, capacity, 6)) {
        EXPECT_LE(requests, std::min<std::int64_t>(capacity, kMaxConcurrency));
        EXPECT_EQ(requests % dp, 0);
      }
    }
  }
}

TEST(SweepContext, IsTwiceThePromptButHoldsTheRequest) {
  EXPECT_EQ(sweep_context(4000, 1000), 8000);
  EXPECT_EQ(sweep_context(1000, 9000), 10000);
  EXPECT_EQ(sweep_context(1, 1), 1024);
  EXPECT_GE(prefill_grid(sweep_context(1, 1), 16).size(), 4u);
  EXPECT_GE(decode_grid(sweep_context(1, 1), 6).size(), 2u);
}

}  // namespace
}  // namespace dynamo::curves
