#include "perf/operators/timing.h"

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

TEST(Timing, SharesFollowTheMethod) {
  const Timing looked_up = Timing::measured(Found::at(2, Method::kLookedUp));
  EXPECT_EQ(looked_up.source, Source::kSilicon);
  EXPECT_EQ(looked_up.shares.looked_up, 2);
  EXPECT_EQ(Timing::measured(Found::at(3, Method::kInterpolated)).shares.interpolated, 3);
  EXPECT_EQ(Timing::measured(Found::at(4, Method::kExtrapolated)).shares.extrapolated, 4);
  EXPECT_EQ(Timing::modelled(5, Source::kEmpirical).shares.modelled, 5);
}

TEST(Timing, SumsAddTimesAndSharesAndMixSources) {
  const Timing sum = Timing::measured(Found::at(2, Method::kLookedUp)).plus(Timing::modelled(3, Source::kEmpirical));
  EXPECT_EQ(sum.ms, 5);
  EXPECT_EQ(sum.source, Source::kMixed);
  EXPECT_EQ(sum.shares.looked_up, 2);
  EXPECT_EQ(sum.shares.modelled, 3);
  EXPECT_EQ(Timing::modelled(1, Source::kSol).plus(Timing::modelled(1, Source::kSol)).source, Source::kSol);
}

TEST(Timing, AZeroHasNoSayInTheSource) {
  const Timing nothing = Timing::modelled(0, Source::kEmpirical);
  const Timing measured = Timing::measured(Found::at(2, Method::kLookedUp));
  EXPECT_EQ(nothing.plus(measured).source, Source::kSilicon);
  EXPECT_EQ(measured.plus(nothing).source, Source::kSilicon);
}

TEST(Timing, ScalingScalesEveryShare) {
  const Timing scaled =
      Timing::measured(Found::at(2, Method::kInterpolated)).plus(Timing::modelled(3, Source::kSol)).scaled(0.5);
  EXPECT_EQ(scaled.ms, 2.5);
  EXPECT_EQ(scaled.shares.interpolated, 1);
  EXPECT_EQ(scaled.shares.modelled, 1.5);
}

TEST(Timing, SourcesAreSpelledAsInTheAnswers) {
  EXPECT_EQ(name_of(Source::kSilicon), "silicon");
  EXPECT_EQ(name_of(Source::kEmpirical), "empirical");
  EXPECT_EQ(name_of(Source::kSol), "sol");
  EXPECT_EQ(name_of(Source::kEstimated), "estimated");
  EXPECT_EQ(name_of(Source::kMixed), "mixed");
}

}  // namespace
}  // namespace dynamo::perf
