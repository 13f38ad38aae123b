#include <gtest/gtest.h>

#include "dynamo/profiler/document.h"

namespace dynamo {
namespace {

TEST(Value, SetKeepsThePlaceOfAMemberAndAppendsNewOnes) {
  Value value;
  value.set("a", 1);
  value.set("b", 2);
  value.set("a", "x");
  ASSERT_EQ(value.as_object()->size(), 2U);
  EXPECT_EQ(value.as_object()->front().key, "a");
  EXPECT_EQ(*value.find("a"), Value("x"));
  EXPECT_EQ(value.find("c"), nullptr);
}

TEST(Value, PushTurnsNullIntoAnArray) {
  Value value;
  value.push(1).mark.line = 7;
  EXPECT_EQ(value, Value(Array{1}));
  EXPECT_EQ(value.as_array()->front().mark.line, 7);
}

TEST(Value, FindPathStopsWhereAKeyIsAbsent) {
  Value value;
  value.set("spec", Value()).set("sla", Value()).set("ttft", 5.5);
  ASSERT_NE(value.find_path({"spec", "sla", "ttft"}), nullptr);
  EXPECT_EQ(value.find_path({"spec", "sla", "ttft"})->number_or(0), 5.5);
  EXPECT_EQ(value.find_path({"spec", "none", "ttft"}), nullptr);
  EXPECT_EQ(value.find_path({"spec", "sla", "ttft", "x"}), nullptr);
}

TEST(Value, EqualityKnowsTypesAndIgnoresMarks) {
  Value a = 1;
  a.mark.line = 3;
  EXPECT_EQ(a, Value(1));
  EXPECT_NE(Value(1), Value(1.0));
  EXPECT_NE(Value(Array{}), Value(Object{}));
  EXPECT_EQ(Value(7).number_or(0), 7.0);
  EXPECT_EQ(Value("7").number_or(-1), -1.0);
}

}  // namespace
}  // namespace dynamo
