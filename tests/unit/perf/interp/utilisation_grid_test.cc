#include "perf/interp/utilisation_grid.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

TEST(UtilisationGrid, CollectedPointsComeBackVerbatim) {
  const UtilisationGrid grid({{{1, 1}, 0.2}, {{1, 8}, 0.3}, {{64, 8}, 0.7}}, 2);
  EXPECT_DOUBLE_EQ(*grid.at({1, 1, 0, 0}), 0.2);
  EXPECT_DOUBLE_EQ(*grid.at({1, 8, 0, 0}), 0.3);
  EXPECT_DOUBLE_EQ(*grid.at({64, 8, 0, 0}), 0.7);
}

TEST(UtilisationGrid, BlendsTheTwoNearestByInverseDistance) {
  // Logarithms of 1, 4, 16 are 0, 1/2, 1; 8 stands at 3/4, as far from 4 as from 16.
  const UtilisationGrid grid({{{1}, 0.1}, {{4}, 0.4}, {{16}, 0.8}}, 1);
  EXPECT_NEAR(*grid.at({8, 0, 0, 0}), 0.6, 1e-12);
  // 2 stands at 1/4 between 0.1 and 0.4; 16^(1/8) at 1/8: distances 1/8 and 3/8, weights 3 to 1.
  EXPECT_NEAR(*grid.at({std::pow(16.0, 0.125), 0, 0, 0}), (3 * 0.1 + 0.4) / 4, 1e-12);
}

TEST(UtilisationGrid, QueriesAreClampedIntoTheCollectedRange) {
  const UtilisationGrid grid({{{2}, 0.1}, {{4}, 0.4}, {{16}, 0.8}}, 1);
  EXPECT_DOUBLE_EQ(*grid.at({1e9, 0, 0, 0}), 0.8);
  EXPECT_DOUBLE_EQ(*grid.at({0, 0, 0, 0}), 0.1);
}

/// What the walk outwards has to find: the two nearest of all points, the earlier of equally distant ones.
double blended(const std::vector<UtilisationGrid::Point>& points, const std::array<double, 4>& query, double span) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    double squared = 0;
    for (std::size_t a = 0; a < 3; ++a) squared += std::pow(std::log(points[i].at[a] / query[a]) / std::log(span), 2);
    order.emplace_back(std::round(squared * 1e12), i);
  }
  std::ranges::sort(order);
  const double near = points[order[0].second].utilisation, next = points[order[1].second].utilisation;
  const double w0 = 1 / std::sqrt(order[0].first), w1 = 1 / std::sqrt(order[1].first);
  return order[0].first == 0 ? near : (near * w0 + next * w1) / (w0 + w1);
}

TEST(UtilisationGrid, TheWalkFindsWhatAScanFinds) {
  constexpr double kLast = 64;
  std::vector<UtilisationGrid::Point> points;
  for (double a = 1; a <= kLast; a *= 2)
    for (double b = 1; b <= kLast; b *= 4)
      for (double c = 1; c <= kLast; c *= 2)
        points.push_back({{a, b, c}, 0.1 + 0.0013 * static_cast<double>(points.size())});
  for (const bool shuffled : {false, true}) {
    if (shuffled) std::swap(points[3], points[40]);
    const UtilisationGrid grid(points, 3);
    for (double a = 1.1; a < kLast; a *= 1.9)
      for (double b = 1.3; b < kLast; b *= 2.3)
        for (double c = 1; c < kLast; c *= 1.7)
          EXPECT_NEAR(*grid.at({a, b, c, 0}), blended(points, {a, b, c, 0}, kLast), 1e-6) << a << " " << b << " " << c;
  }
}

TEST(UtilisationGrid, OnePointAnswersEverything) {
  const UtilisationGrid grid({{{2, 2, 2}, 0.3}}, 3);
  EXPECT_DOUBLE_EQ(*grid.at({1000, 1, 5, 0}), 0.3);
}

TEST(UtilisationGrid, WithoutPointsThereIsNothing) {
  EXPECT_TRUE(UtilisationGrid().empty());
  EXPECT_FALSE(UtilisationGrid().at({1, 1, 1, 1}).has_value());
}

TEST(NearestByLog, NearestInRatioAndTheFirstOnTies) {
  const double features[] = {64, 128, 256};
  EXPECT_EQ(nearest_by_log(100, features), 1u);  // 128 / 100 < 100 / 64
  EXPECT_EQ(nearest_by_log(1e6, features), 2u);
  const double tied[] = {1, 4};
  EXPECT_EQ(nearest_by_log(2, tied), 0u);
  EXPECT_FALSE(nearest_by_log(2, {}).has_value());
}

}  // namespace
}  // namespace dynamo::perf
