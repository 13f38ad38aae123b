#include "perf/interp/curve.h"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

constexpr std::array<std::uint32_t, 3> kKeys = {10, 20, 40};
constexpr std::array<double, 3> kValues = {2.0, 3.0, 8.0};
constexpr auto kSol = [](double x) { return x / 10.0; };  // ms

Found at(double x) {
  return query_curve(kKeys, kValues, x, kSol);
}

TEST(Curve, CollectedPointsComeBackVerbatim) {
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const Found found = at(kKeys[i]);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found.ms, kValues[i]);
    EXPECT_EQ(found.method, Method::kLookedUp);
  }
}

TEST(Curve, StraightBetweenPoints) {
  // 3 + (8 - 3) * (25 - 20) / (40 - 20)
  const Found found = at(25);
  EXPECT_DOUBLE_EQ(found.ms, 4.25);
  EXPECT_EQ(found.method, Method::kInterpolated);
}

TEST(Curve, HoldsTheEfficiencyOfTheEndPoint) {
  // Above: efficiency at 40 is 4 / 8, so 80 costs 8 / 0.5. Below: efficiency at 10 is 1 / 2, so 5 costs 0.5 / 0.5.
  EXPECT_DOUBLE_EQ(at(80).ms, 16.0);
  EXPECT_DOUBLE_EQ(at(5).ms, 1.0);
  EXPECT_EQ(at(80).method, Method::kExtrapolated);
  EXPECT_EQ(at(5).method, Method::kExtrapolated);
}

TEST(Curve, ContinuousEverywhereAndRisingBeyondTheEnd) {
  double before = at(2).ms;
  for (double x = 2.01; x < 100; x += 0.01) {
    const double now = at(x).ms;
    EXPECT_LT(std::abs(now - before), 0.02) << "at " << x;
    EXPECT_GT(now, before) << "at " << x;
    before = now;
  }
}

TEST(Curve, MissesAreNamed) {
  const Found empty = query_curve({}, {}, 1, kSol);
  EXPECT_FALSE(empty.ok());
  EXPECT_STREQ(empty.reason, "empty table");
  constexpr std::array<double, 3> kNoEnd = {2, 3, 0};
  EXPECT_FALSE(query_curve(kKeys, kNoEnd, 50, kSol).ok());
  EXPECT_TRUE(query_curve(kKeys, kNoEnd, 30, kSol).ok());
}

}  // namespace
}  // namespace dynamo::perf
