#include "perf/interp/site_query.h"

#include "unit/perf/toy.h"

namespace dynamo::perf {
namespace {

/// Work of a product, as ms: easy to divide by an efficiency.
struct Roof {
  double operator()(double m, double n, double k) const { return m * n * k / 1e6; }
  [[nodiscard]] double raised(double ms, double m, double n, double k) const { return std::max(ms, (*this)(m, n, k)); }
};
constexpr Roof kSol;

struct Sites {
  toy::OwnedTable table;

  explicit Sites(const std::vector<toy::Site>& sites) : table("gemm", 2, toy::gemm_slice("bfloat16", sites)) {}

  [[nodiscard]] Found at(double m, std::uint32_t n, std::uint32_t k) const {
    return SiteQuery(table.grid(), n, k).at(m, kSol);
  }
};

/// A site that runs at `efficiency` for every m.
toy::Site site(std::uint32_t n,
               std::uint32_t k,
               double efficiency,
               const std::vector<std::uint32_t>& ms = {1, 16, 256}) {
  toy::Site out{n, k, {}};
  for (const std::uint32_t m : ms)
    out.curve[m] = kSol(m, n, k) / efficiency;
  return out;
}

TEST(SiteQuery, ACollectedSiteAnswersWithItsCurve) {
  const Sites sites({{100, 100, {{1, 5}, {16, 7}, {256, 20}}}});
  EXPECT_EQ(sites.at(16, 100, 100).ms, 7);
  EXPECT_EQ(sites.at(16, 100, 100).method, Method::kLookedUp);
  // 7 + (20 - 7) * (136 - 16) / 240
  EXPECT_DOUBLE_EQ(sites.at(136, 100, 100).ms, 13.5);
  EXPECT_EQ(sites.at(136, 100, 100).method, Method::kInterpolated);
}

TEST(SiteQuery, PointsBelowTheRooflineAreRaised) {
  const Sites sites({{1000, 1000, {{1, 0.5}, {16, 20}}}});  // rooflines 1 and 16
  EXPECT_DOUBLE_EQ(sites.at(1, 1000, 1000).ms, 1.0);
  EXPECT_DOUBLE_EQ(sites.at(16, 1000, 1000).ms, 20.0);
}

TEST(SiteQuery, BeyondItsCurveTheMedianEfficiencyOfThreePointsIsHeld) {
  // Rooflines 1, 2, 4, 8; efficiencies 0.2, 0.5, 0.4, 0.8. Above: median of the last three 0.5, below: of the first
  // three 0.4.
  const Sites sites({{1000, 1000, {{1, 5}, {2, 4}, {4, 10}, {8, 10}}}});
  EXPECT_DOUBLE_EQ(sites.at(16, 1000, 1000).ms, 16 / 0.5);
  EXPECT_DOUBLE_EQ(sites.at(0.5, 1000, 1000).ms, 0.5 / 0.4);
  EXPECT_EQ(sites.at(16, 1000, 1000).method, Method::kExtrapolated);
}

TEST(SiteQuery, AnotherShapeTakesTheEfficiencyOfItsNeighbours) {
  // (256, 256) lies one octave in n from one site and two in k from the other: weights 1 and 1/4.
  const Sites sites({site(128, 256, 0.5), site(256, 1024, 0.8)});
  const double efficiency = (0.5 + 0.8 / 4) / (1 + 0.25);
  const Found found = sites.at(16, 256, 256);
  EXPECT_NEAR(found.ms, kSol(16, 256, 256) / efficiency, 1e-9);
  EXPECT_EQ(found.method, Method::kInterpolated);
}

TEST(SiteQuery, OnlyFourNeighboursCount) {
  // Four sites around (256, 256) at one octave; a fifth at two octaves with an absurd efficiency is not asked.
  const Sites sites(
      {site(128, 256, 0.5), site(512, 256, 0.5), site(256, 128, 0.5), site(256, 512, 0.5), site(1024, 256, 0.01)});
  EXPECT_NEAR(sites.at(16, 256, 256).ms, kSol(16, 256, 256) / 0.5, 1e-9);
}

TEST(SiteQuery, NeighboursWhoseCurveCoversTheQueryComeFirst) {
  const Sites sites({site(128, 256, 0.1, {1, 2}), site(1024, 256, 0.5)});
  // The nearer site ends at m = 2, so the farther one alone answers for 16.
  EXPECT_NEAR(sites.at(16, 256, 256).ms, kSol(16, 256, 256) / 0.5, 1e-9);
}

TEST(SiteQuery, NoShapeWithinTwoOctavesIsAMiss) {
  const Sites sites({site(1024, 1024, 0.5), site(2048, 2048, 0.5)});
  EXPECT_FALSE(sites.at(16, 128, 128).ok());      // smaller than everything
  EXPECT_FALSE(sites.at(16, 16384, 16384).ok());  // larger on both axes
}

TEST(SiteQuery, LargerOnOneAxisOnlyMayBeFarther) {
  const Sites sites({site(1024, 1024, 0.5), site(2048, 1024, 0.5)});
  const Found found = sites.at(16, 262144, 1024);
  ASSERT_TRUE(found.ok());
  EXPECT_NEAR(found.ms, kSol(16, 262144, 1024) / 0.5, 1e-6);
}

TEST(SiteQuery, ContinuousAndRisingInM) {
  const Sites sites({{1000, 1000, {{1, 2}, {16, 20}, {256, 400}}}});
  double before = sites.at(1, 1000, 1000).ms;
  for (double m = 1.01; m < 256; m *= 1.01) {
    const double now = sites.at(m, 1000, 1000).ms;
    EXPECT_GT(now, before);
    EXPECT_LT(now / before, 1.03);
    before = now;
  }
}

TEST(Median, OddAndEven) {
  std::array<double, 3> odd = {3, 1, 2};
  EXPECT_EQ(median_of(odd), 2);
  std::array<double, 4> even = {4, 1, 3, 2};
  EXPECT_EQ(median_of(even), 2.5);
}

}  // namespace
}  // namespace dynamo::perf
