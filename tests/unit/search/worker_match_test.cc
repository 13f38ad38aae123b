#include "search/worker_match.h"

#include <gmock/gmock.h>

namespace dynamo::search {
namespace {

using testing::ElementsAre;

TEST(WorkerMatch, UnitsAreSmallPowersOfTwoOrMultiplesOfEight) {
  EXPECT_THAT(unit_sizes(8), ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(unit_sizes(30), ElementsAre(1, 2, 4, 8, 16, 24));
  EXPECT_EQ(unit_sizes(1000).back(), 128);
  EXPECT_THAT(unit_sizes(5, true), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(unit_sizes(1000, true).back(), 512);
}

TEST(WorkerMatch, BalancesTheTwoRates) {
  WorkerMatcher matcher(8);
  const WorkerCounts counts = matcher.match(10, 1, 30, 1);
  EXPECT_EQ(counts.prefill, 3);
  EXPECT_EQ(counts.decode, 1);
}

TEST(WorkerMatch, EqualUnitsGoToTheFewestWorkers) {
  WorkerMatcher matcher(8);
  // Every balanced unit of 2, 4 or 8 GPUs is equally efficient.
  const WorkerCounts counts = matcher.match(10, 1, 10, 1);
  EXPECT_EQ(counts.prefill, 1);
  EXPECT_EQ(counts.decode, 1);
}

TEST(WorkerMatch, NothingFitsWhenBothNeedTheWholeBudget) {
  WorkerMatcher matcher(8);
  EXPECT_FALSE(matcher.fits(8, 8));
  EXPECT_EQ(matcher.match(10, 8, 10, 8).prefill, 0);
  EXPECT_TRUE(matcher.fits(4, 4));
}

}  // namespace
}  // namespace dynamo::search
