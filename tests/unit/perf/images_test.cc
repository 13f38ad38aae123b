#include "perf/images.h"

#include <gtest/gtest.h>

namespace dynamo::perf {
namespace {

constexpr VisionSpec kVision{
    .layers = 24, .hidden = 1024, .heads = 16, .intermediate = 4096, .patch = 16, .merge = 2, .output = 2048, .projectors = 4};

TEST(Images, EdgesGoToTheNearestToken) {
  const ImageTokens tokens = tokens_of({.height = 448, .width = 1024, .count = 1}, kVision);
  EXPECT_EQ(tokens.tokens, 14 * 32);
  EXPECT_EQ(tokens.patches, 28 * 64);
}

TEST(Images, HalvesGoToTheEvenNeighbour) {
  EXPECT_EQ(tokens_of({.height = 720, .width = 448, .count = 4}, kVision).tokens, 22 * 14);   // 22.5 tokens high
  EXPECT_EQ(tokens_of({.height = 752, .width = 448, .count = 1}, kVision).tokens, 24 * 14);   // 23.5
}

TEST(Images, TheSmallestImageIsOneToken) {
  const ImageTokens tokens = tokens_of({.height = 1, .width = 1, .count = 1}, kVision);
  EXPECT_EQ(tokens.tokens, 1);
  EXPECT_EQ(tokens.patches, 4);
}

TEST(Images, NothingWithoutImagesOrEncoder) {
  EXPECT_EQ(tokens_of({.height = 448, .width = 448, .count = 0}, kVision).tokens, 0);
  EXPECT_EQ(tokens_of({.height = 0, .width = 448, .count = 1}, kVision).tokens, 0);
  EXPECT_EQ(tokens_of({.height = 448, .width = 448, .count = 1}, VisionSpec{}).patches, 0);
}

}  // namespace
}  // namespace dynamo::perf
