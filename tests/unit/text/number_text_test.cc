#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "text/number_text.h"

namespace dynamo {
namespace {

TEST(NumberText, ShortestReadsBackTheSame) {
  EXPECT_EQ(shortest(30), "30");
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(1e21), "1e+21");
  EXPECT_EQ(shortest(-std::numeric_limits<double>::quiet_NaN()), "nan");
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::pow(10.0, exponent(random));
    EXPECT_EQ(parse_double(shortest(value)), value);
  }
}

TEST(NumberText, FixedRoundsAndDropsTheSignOfZero) {
  EXPECT_EQ(fixed(3.14159, 2), "3.14");
  EXPECT_EQ(fixed(-0.001, 2), "0.00");
  EXPECT_EQ(fixed(-1.5, 1), "-1.5");
  EXPECT_EQ(fixed(1e308, 0).size(), 309U);
  EXPECT_EQ(fixed(2, -3), "2");
}

TEST(NumberText, SignificantEqualsPrintf) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-20, 20);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::pow(10.0, exponent(random));
    char expected[64];
    std::snprintf(expected, sizeof expected, "%.10g", value);
    EXPECT_EQ(significant(value, 10), expected);
  }
  EXPECT_EQ(significant(123456.7, 3), "1.23e+05");
}

TEST(NumberText, GroupsThousands) {
  EXPECT_EQ(grouped(std::int64_t{0}), "0");
  EXPECT_EQ(grouped(std::int64_t{999}), "999");
  EXPECT_EQ(grouped(std::int64_t{-1234567}), "-1,234,567");
  EXPECT_EQ(grouped(1234.56, 1), "1,234.6");
}

TEST(NumberText, ParsesStrictly) {
  EXPECT_EQ(parse_double("+1.5e3"), 1500.0);
  EXPECT_EQ(parse_double(".5"), 0.5);
  for (const char* tiny : {"4e-3200", "0.001e-400", "-1e-99999999999999999999"}) {
    EXPECT_EQ(parse_double(tiny), 0.0) << tiny;
  }
  EXPECT_EQ(parse_double(std::string(400, '9') + "e-9999"), 0.0);
  EXPECT_EQ(parse_double(std::string(400, '9') + "e-1"), std::nullopt);
  for (const char* text : {"", " 1", "1 ", "1,5", "0x1", "nan", "inf", "+-1", "++1", "1e999", "1.2.3"}) {
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_int("-42"), -42);
  EXPECT_EQ(parse_int("+7"), 7);
  for (const char* text : {"", "1.0", "1e3", "9223372036854775808", "+", "- 1"}) {
    EXPECT_EQ(parse_int(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace dynamo
