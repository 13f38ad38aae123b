#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/did_you_mean.h"
#include "text/enum_text.h"

namespace dynamo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<std::string> kGpus{"h100_sxm", "h200_sxm", "b200_sxm", "gb200_sxm", "a100_sxm", "l40s"};

TEST(DidYouMean, IgnoresCaseAndSeparators) {
  EXPECT_EQ(nearest_names("H200-SXM", kGpus, 1), std::vector<std::string>{"h200_sxm"});
  EXPECT_EQ(nearest_names("h200 sxm", kGpus).front(), "h200_sxm");
}

TEST(DidYouMean, OffersNamesThatTheTextBegins) {
  EXPECT_THAT(nearest_names("h200", kGpus, 1), ElementsAre("h200_sxm"));
}

TEST(DidYouMean, KeepsTheNearestFirstAndAtMostSoMany) {
  EXPECT_THAT(nearest_names("h20_sxm", kGpus, 2), ElementsAre("h200_sxm", "b200_sxm"));
}

TEST(DidYouMean, SaysNothingForForeignWords) {
  EXPECT_THAT(nearest_names("kubernetes", kGpus), IsEmpty());
  EXPECT_THAT(nearest_names("", kGpus), IsEmpty());
  EXPECT_THAT(nearest_names(std::string(100000, 'h'), kGpus), IsEmpty());
}

TEST(DidYouMean, WritesAHint) {
  EXPECT_EQ(did_you_mean("modle", std::vector<std::string>{"model", "image"}), "did you mean `model`?");
  EXPECT_EQ(did_you_mean("tft", std::vector<std::string>{"ttft", "tbft"}), "did you mean `tbft` or `ttft`?");
  EXPECT_EQ(did_you_mean("xyzzy", std::vector<std::string>{"model"}), "");
}

TEST(EditDistance, CountsASwapOnce) {
  EXPECT_EQ(edit_distance("modle", "model"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
}

enum class Colour { kRed, kBlue, kNone };

TEST(EnumText, MapsBothWays) {
  constexpr EnumText kColours(
      std::array{std::pair{Colour::kRed, std::string_view("red")}, std::pair{Colour::kBlue, std::string_view("blue")}});
  static_assert(kColours.text(Colour::kBlue) == "blue");
  EXPECT_EQ(kColours.parse("red"), Colour::kRed);
  EXPECT_EQ(kColours.parse("Red"), std::nullopt);
  EXPECT_EQ(kColours.text(Colour::kNone), "");
  EXPECT_THAT(kColours.texts(), ElementsAre("red", "blue"));
}

}  // namespace
}  // namespace dynamo
