#include "perf/interp/state_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

using testing::ElementsAre;

/// Points (batch, sequence, tokens): (1, 8, 8), (1, 16, 16), (4, 8, 32).
class StateGridTest : public testing::Test {
 protected:
  Grid slice(const std::vector<double>& values) const {
    Grid grid;
    grid.rank = 3;
    grid.keys = {batches_, sequences_, tokens_};
    grid.offsets = {first_, second_, third_};
    grid.values = {values};
    return grid;
  }

 private:
  std::vector<std::uint32_t> batches_{1, 4}, sequences_{8, 16, 8}, tokens_{8, 16, 32};
  std::vector<std::uint32_t> first_{0, 2}, second_{0, 2, 3}, third_{0, 1, 2, 3};
};

TEST_F(StateGridTest, PrefillKeepsBatchAndSequence) {
  const std::vector<double> own{1, 2, 3};
  const std::vector<double> later{10, 20, 30};
  StateGrid points(2);
  points.add(slice(own));
  points.add(slice(later));
  const Grid& grid = points.build();
  EXPECT_EQ(grid.rank, 2);
  EXPECT_THAT(grid.keys[0], ElementsAre(1, 4));
  EXPECT_THAT(grid.offsets[1], ElementsAre(0, 2, 3));
  EXPECT_THAT(grid.keys[1], ElementsAre(8, 16, 8));
  EXPECT_THAT(grid.values[0], ElementsAre(1, 2, 3));
}

TEST_F(StateGridTest, DecodeKeepsTheFirstPointOfABatch) {
  const std::vector<double> values{1, 2, 3};
  StateGrid points(1);
  points.add(slice(values));
  const Grid& grid = points.build();
  EXPECT_EQ(grid.rank, 1);
  EXPECT_THAT(grid.keys[0], ElementsAre(1, 4));
  EXPECT_THAT(grid.values[0], ElementsAre(1, 3));
}

TEST_F(StateGridTest, NothingMeasured) {
  StateGrid points(2);
  EXPECT_EQ(points.build().points(), 0U);
}

}  // namespace
}  // namespace dynamo::perf
