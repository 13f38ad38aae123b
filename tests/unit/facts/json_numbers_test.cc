#include "facts/json_numbers.h"

#include <gtest/gtest.h>

namespace dynamo::facts {
namespace {

TEST(JsonNumbers, InfinitiesBecomeZerosOfTheSameLength) {
  EXPECT_EQ(without_infinities(R"({"a": [0.0, Infinity], "b": -Infinity, "c": NaN})"),
            R"({"a": [0.0, 0       ], "b": -0       , "c": 0  })");
}

TEST(JsonNumbers, TextIsLeftAlone) {
  const char* text = R"({"Infinity": "NaN \" Infinity", "n": null})";
  EXPECT_EQ(without_infinities(text), text);
}

}  // namespace
}  // namespace dynamo::facts
