#include "perf/interp/grid_query.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// A grid with its prepared logarithms.
struct Bound {
  toy::OwnedTable table;
  BoundGrid grid;

  Bound(int rank, const toy::Points& points) : table("t", rank, toy::slice("s", rank, points)), grid(table.grid()) {}

  template <typename Sol>
  [[nodiscard]] Found at(const Coordinates& query,
                         const Sol& sol,
                         int sqrt_axis = kNoSqrtAxis,
                         bool clamp = false) const {
    return GridQuery(grid, sol, sqrt_axis, clamp).at(query);
  }
};

constexpr auto kProduct = [](const Coordinates& at) { return at[0] * at[1]; };
constexpr auto kFirst = [](const Coordinates& at) { return at[0]; };

TEST(GridQuery, CollectedPointsComeBackVerbatimWhateverTheOptions) {
  // Ragged on purpose: every branch ends elsewhere.
  const toy::Points points = {{{1, 1, 1}, 0.7},
                              {{1, 1, 9}, 0.9},
                              {{1, 4, 2}, 1.1},
                              {{3, 2, 2}, 2.3},
                              {{3, 8, 1}, 9.1},
                              {{3, 8, 3}, 9.4},
                              {{7, 1, 5}, 4.2}};
  const Bound bound(3, points);
  for (const int sqrt_axis : {kNoSqrtAxis, 0, 1, 2}) {
    for (const auto& [key, ms] : points) {
      const Found found = bound.at({double(key[0]), double(key[1]), double(key[2]), 0}, kProduct, sqrt_axis);
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(found.ms, ms);
      EXPECT_EQ(found.method, Method::kLookedUp);
    }
  }
}

TEST(GridQuery, BlendsLinearlyAxisByAxis) {
  const Bound bound(2, {{{1, 1}, 1}, {{1, 3}, 3}, {{3, 1}, 5}, {{3, 3}, 11}});
  // y = 2: 2 on the low branch, 8 on the high one; x = 2 halves them.
  const Found found = bound.at({2, 2, 0, 0}, kProduct);
  EXPECT_DOUBLE_EQ(found.ms, 5.0);
  EXPECT_EQ(found.method, Method::kInterpolated);
}

TEST(GridQuery, BlendsTheRootOnTheSquareRootAxis) {
  const Bound bound(1, {{{10}, 4}, {{20}, 16}});
  // ((sqrt 4 + sqrt 16) / 2)^2
  EXPECT_DOUBLE_EQ(bound.at({15, 0, 0, 0}, kFirst, 0).ms, 9.0);
  EXPECT_DOUBLE_EQ(bound.at({15, 0, 0, 0}, kFirst).ms, 10.0);
}

TEST(GridQuery, SquaresAreExactOnTheSquareRootAxis) {
  toy::Points points;
  for (const std::uint32_t s : {16u, 64u, 256u, 1024u})
    points[{s}] = 1e-3 * s * s;
  const Bound bound(1, points);
  for (double s = 16; s <= 1024; s += 7.5) {
    EXPECT_NEAR(bound.at({s, 0, 0, 0}, kFirst, 0).ms, 1e-3 * s * s, 1e-9 * s * s);
  }
}

TEST(GridQuery, AMissingBranchIsReplacedByTheOtherScaledByRooflines) {
  // At y = 3 only x = 1 was measured: 3 ms, times (2 * 3) / (1 * 3).
  const Bound bound(2, {{{1, 1}, 1}, {{1, 4}, 4}, {{3, 1}, 5}, {{3, 2}, 6}});
  const Found found = bound.at({2, 3, 0, 0}, kProduct);
  EXPECT_DOUBLE_EQ(found.ms, 6.0);
  EXPECT_EQ(found.method, Method::kInterpolated);
}

TEST(GridQuery, HoldsTheEfficiencyOfASinglePoint) {
  const Bound bound(1, {{{8}, 16}});
  // efficiency 8 / 16, so 32 costs 32 / 0.5
  const Found found = bound.at({32, 0, 0, 0}, kFirst);
  EXPECT_DOUBLE_EQ(found.ms, 64.0);
  EXPECT_EQ(found.method, Method::kExtrapolated);
}

TEST(GridQuery, FewPointsAreWeightedByInverseSquaredDistance) {
  // Efficiencies 1 and 1/2 at log2 distances 3 and 2: (1/9 + 1/4 * 1/2) / (1/9 + 1/4) = 8.5 / 13; 8 / that.
  const Bound bound(1, {{{1}, 1}, {{2}, 4}});
  EXPECT_NEAR(bound.at({8, 0, 0, 0}, kFirst).ms, 8 * 13 / 8.5, 1e-9);
}

TEST(GridQuery, TheFifthPointIsTheRadius) {
  // Distances 1 to 4 from 64, the fifth point (2) at 5: weight ((5 - d) / (5 d))^2 = 0.64, 0.09, 4/225, 1/400.
  const double efficiency[] = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4};  // of 1, 2, 4, 8, 16, 32
  toy::Points points;
  for (std::uint32_t i = 0; i < 6; ++i)
    points[{1u << i}] = (1u << i) / efficiency[i];
  const Bound bound(1, points);
  const double weights = 0.64 + 0.09 + 4.0 / 225 + 1.0 / 400;
  const double blended = (0.64 * 0.4 + 0.09 * 0.5 + 4.0 / 225 * 0.6 + 1.0 / 400 * 0.7) / weights;
  EXPECT_NEAR(bound.at({64, 0, 0, 0}, kFirst).ms, 64 / blended, 1e-6);
}

TEST(GridQuery, PointsWithoutATimeAreNoAnchors) {
  const Bound bound(1, {{{1}, 2}, {{2}, 0}});
  EXPECT_DOUBLE_EQ(bound.at({8, 0, 0, 0}, kFirst).ms, 16.0);
  const Bound none(1, {{{1}, 0}, {{2}, 0}});
  EXPECT_FALSE(none.at({8, 0, 0, 0}, kFirst).ok());
}

TEST(GridQuery, ContinuousAcrossBracketsAndIntoTheHeldRange) {
  toy::Points points;
  for (const std::uint32_t x : {4u, 8u, 16u, 32u}) {
    for (const std::uint32_t y : {2u, 4u, 8u})
      points[{x, y}] = 0.5 + 0.3 * x * y;
  }
  const Bound bound(2, points);
  // Over the keys, and over both ends of the first axis.
  for (const double x : {4.0, 8.0, 16.0, 32.0}) {
    for (const double y : {2.0, 3.0, 4.0, 8.0}) {
      if ((x == 4 || x == 32) && y == 3.0)
        continue;  // off the keys the held value follows points, not the blend between them
      const double here = bound.at({x, y, 0, 0}, kProduct).ms;
      EXPECT_NEAR(bound.at({x * (1 - 1e-7), y, 0, 0}, kProduct).ms, here, 1e-4 * here) << x << ' ' << y;
      EXPECT_NEAR(bound.at({x * (1 + 1e-7), y, 0, 0}, kProduct).ms, here, 1e-4 * here) << x << ' ' << y;
    }
  }
}

TEST(GridQuery, HeldTimesRiseWithTheRoofline) {
  toy::Points points;
  for (std::uint32_t x = 1; x <= 64; x *= 2)
    points[{x}] = 0.2 + 1.5 * x;
  const Bound bound(1, points);
  double before = bound.at({64, 0, 0, 0}, kFirst).ms;
  for (double x = 65; x < 1e6; x *= 1.1) {
    const double now = bound.at({x, 0, 0, 0}, kFirst).ms;
    EXPECT_GT(now, before) << "at " << x;
    before = now;
  }
}

TEST(GridQuery, ClampRaisesPointsToTheirRoofline) {
  const Bound bound(1, {{{10}, 1}, {{20}, 30}});
  EXPECT_DOUBLE_EQ(bound.at({10, 0, 0, 0}, kFirst, kNoSqrtAxis, true).ms, 10.0);
  EXPECT_DOUBLE_EQ(bound.at({20, 0, 0, 0}, kFirst, kNoSqrtAxis, true).ms, 30.0);
  EXPECT_DOUBLE_EQ(bound.at({15, 0, 0, 0}, kFirst, kNoSqrtAxis, true).ms, 20.0);  // halfway between 10 and 30
}

TEST(GridQuery, AnEmptyGridIsAMiss) {
  const Grid empty;
  const BoundGrid bound(empty);
  const Found found = GridQuery(bound, kFirst, kNoSqrtAxis, false).at({1, 0, 0, 0});
  EXPECT_FALSE(found.ok());
  EXPECT_STREQ(found.reason, "empty table");
}

}  // namespace
}  // namespace dynamo::perf
