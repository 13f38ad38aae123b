#include "perf/interp/utilisation_grid.h"

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
