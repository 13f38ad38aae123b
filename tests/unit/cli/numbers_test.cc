#include "render/numbers.h"

#include <gtest/gtest.h>

#include <limits>

#include "render/grid.h"
#include "render/style.h"

namespace dynamo::cli {
namespace {

TEST(Numbers, ShowAsManyDigitsAsHelp) {
  EXPECT_EQ(readable(6368.7), "6,369");
  EXPECT_EQ(readable(1234567.8), "1,234,568");
  EXPECT_EQ(readable(99.96), "100");
  EXPECT_EQ(readable(49.74), "49.7");
  EXPECT_EQ(readable(9.999), "10.0");
  EXPECT_EQ(readable(4.256), "4.26");
  EXPECT_EQ(readable(0.0312), "0.031");
  EXPECT_EQ(readable(0), "0");
  EXPECT_EQ(readable(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(fixed(std::numeric_limits<double>::max(), 0).size(), 309u);
  EXPECT_EQ(plain(50), "50");
  EXPECT_EQ(plain(0.5), "0.5");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(grouped(-123), "-123");
}

TEST(Text, WrapsAtBlanks) {
  EXPECT_EQ(wrap("aa bb cc", 5, 0, 2), "aa bb\n  cc");
  EXPECT_EQ(wrap("", 5, 0, 2), "");
  EXPECT_EQ(wrap("toolongword x", 5, 1, 2), " toolongword\n  x");
  EXPECT_EQ(columns("é€"), 2u);
}

TEST(Grid, BreaksTheLastColumnOnly) {
  Grid grid({{"A"}, {"N", true}, {"WHY"}});
  grid.add({"x", "10", "one two three four five six"});
  grid.add({"yy", "9", ""});
  const std::vector<std::string> lines = grid.lines(27);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "A    N  WHY");
  EXPECT_EQ(lines[1], "x   10  one two three four\n        five six");
  EXPECT_EQ(lines[2], "yy   9");
}

TEST(Grid, MovesANarrowLastColumnToALineOfItsOwn) {
  Grid grid({{"A"}, {"WHY NOT"}});
  grid.add({"a layout that fills the line", "two words"});
  grid.add({"short", ""});
  const std::vector<std::string> lines = grid.lines(30);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "A");
  EXPECT_EQ(lines[1], "a layout that fills the line\n      two words");
  EXPECT_EQ(lines[2], "short");
}

TEST(ShareOfLoad, HasADecimalWhereItIsNeeded) {
  EXPECT_EQ(share_of_load(4), "4 %");
  EXPECT_EQ(share_of_load(2.84), "2.8 %");
  EXPECT_EQ(share_of_load(99.99), "99.9 %");
  EXPECT_EQ(share_of_load(100), "100 %");
}

}  // namespace
}  // namespace dynamo::cli
