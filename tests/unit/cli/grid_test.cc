#include "render/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/style.h"

namespace dynamo::cli {
namespace {

using testing::ElementsAre;

Grid grid(const std::string& name, const std::string& reason) {
  Grid grid({{"NAME", false}, {"COUNT", true}, {"WHY", false}});
  grid.add({"a", "1", ""});
  grid.add({name, "22", reason});
  return grid;
}

TEST(Grid, ColumnsAreAsWideAsTheirWidestCell) {
  EXPECT_THAT(grid("bcdef", "slow").lines(80), ElementsAre("NAME   COUNT  WHY", "a          1", "bcdef     22  slow"));
}

TEST(Grid, ALongReasonContinuesInItsColumnWhereThatIsWideEnough) {
  EXPECT_THAT(grid("bcdef", "slower than all of the others").lines(36),
              ElementsAre("NAME   COUNT  WHY", "a          1", "bcdef     22  slower than all of the\n              others"));
}

TEST(Grid, ALongReasonGoesBelowWhereItsColumnIsNarrow) {
  EXPECT_THAT(grid("bcdef", "slower than all").lines(24), ElementsAre("NAME   COUNT  WHY", "a          1", "bcdef     22\n      slower than all"));
}

TEST(Grid, NumbersMoveTogetherWhereThatSavesALine) {
  EXPECT_THAT(grid("bcdef", "slow").lines(17), ElementsAre("NAME  COUNT  WHY", "a         1", "bcdef    22  slow"));
}

TEST(Grid, TheWidestColumnGivesWayBeforeALineIsTooLong) {
  const std::string name(30, 'x');   // 30 + 2 + 5 + 2 columns before the reason
  const std::string blanks(18 + 2, ' ');
  EXPECT_THAT(grid(name, "slower").lines(38), ElementsAre("NAME" + blanks.substr(4) + "COUNT  WHY", "a" + blanks.substr(1) + "    1",
                                                          name + "\n" + blanks + "   22  slower"));
}

TEST(Wrap, ANumberKeepsItsPercentSign) {
  EXPECT_EQ(wrap("looked up, 89 % interpolated", 13, 0, 2), "looked up,\n  89 %\n  interpolated");
  EXPECT_EQ(wrap("5 %, 6 %", 4, 0, 0), "5 %,\n6 %");
}

}  // namespace
}  // namespace dynamo::cli
