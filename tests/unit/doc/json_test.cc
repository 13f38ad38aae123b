#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

Diagnostic only_error(std::string_view text, const ReadLimits& limits = {}) {
  const auto result = read_json(text, "in.json", limits);
  EXPECT_FALSE(result.has_value()) << text;
  return result.has_value() ? Diagnostic() : result.error().items().front();
}

TEST(Json, ReadsEveryType) {
  const auto value = read_json(R"({"a":[null,true,false,-1,1.0,1e3,"x\n\u00e4\ud83d\ude00"],"b":{},"c":[]})", "s");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->find("a")->as_array()->at(3), Value(-1));
  EXPECT_EQ(value->find("a")->as_array()->at(4), Value(1.0));
  EXPECT_EQ(value->find("a")->as_array()->at(5), Value(1000.0));
  EXPECT_EQ(value->find("a")->as_array()->at(6), Value("x\nä😀"));
  EXPECT_EQ(*value->find("b"), Value(Object{}));
  EXPECT_EQ(*value->find("c"), Value(Array{}));
}

TEST(Json, MarksValuesAndKeys) {
  const auto value = read_json("{\n  \"ä\": 12,\n  \"b\": [true]}", "s");
  ASSERT_TRUE(value.has_value());
  const Member& first = value->as_object()->front();
  EXPECT_EQ(first.key_mark, (SourceMark{.line = 2, .column = 3, .length = 3}));
  EXPECT_EQ(first.value.mark, (SourceMark{.line = 2, .column = 8, .length = 2}));
  EXPECT_EQ(value->find("b")->as_array()->front().mark, (SourceMark{.line = 3, .column = 9, .length = 4}));
}

TEST(Json, MarksValuesOfManyLines) {
  std::string text = "[";
  for (int line = 2; line < 500; ++line) {
    text += (line % 3 == 0 ? "\n\n  1," : "\n 1, 2,");
  }
  const auto value = read_json(text + "\n3]", "s");
  ASSERT_TRUE(value.has_value());
  int line = 1;
  std::size_t index = 0;
  const Array& values = *value->as_array();
  for (int step = 2; step < 500; ++step) {
    const bool two_breaks = step % 3 == 0;
    line += two_breaks ? 2 : 1;
    EXPECT_EQ(values.at(index++).mark, (SourceMark{.line = line, .column = two_breaks ? 3 : 2, .length = 1}));
    if (!two_breaks) {
      EXPECT_EQ(values.at(index++).mark, (SourceMark{.line = line, .column = 5, .length = 1}));
    }
  }
  EXPECT_EQ(values.at(index).mark, (SourceMark{.line = line + 1, .column = 1, .length = 1}));
}

TEST(Json, RefusesEverythingElse) {
  for (const char* text : {"{", "[1,]", "{\"a\":1,}", "{'a':1}", "01", "1.", ".5", "+1", "NaN", "nul", "\"\\x\"", "1 2",
                           "\"\\ud800\"", "\"a\nb\"", "[1 2]", "{\"a\" 1}", "{a:1}", "// c\n1", "1e999", "\"a", "[", "-"}) {
    EXPECT_EQ(only_error(text).rule, "document.syntax") << text;
  }
  EXPECT_EQ(only_error("  ").rule, "document.empty");
  EXPECT_EQ(only_error("\"\xFF\"").rule, "document.encoding");
  EXPECT_EQ(only_error(std::string_view("1\0", 2)).rule, "document.encoding");
}

TEST(Json, SyntaxErrorsHaveAPlace) {
  const Diagnostic error = only_error("{\n \"a\": [1,\n  tru]}");
  EXPECT_EQ(error.source, "in.json");
  EXPECT_EQ(error.path, "a[1]");
  EXPECT_EQ(error.mark.line, 3);
  EXPECT_EQ(error.mark.column, 3);
}

TEST(Json, PassesOverAMemberButNotItsGrammar) {
  constexpr std::array<std::string_view, 2> kPaths = {"a.metadata.managedFields", "a.metadata.notes.x.y/z"};
  const ReadLimits limits{.passed_over = kPaths};
  const auto read = [&](const std::string& fields) {
    return read_json(R"({"a":{"metadata":{"name":"n","managedFields":)" + fields +
                         R"(,"notes":{"x.y/z":"{\"a\":1}\n","b":"c"},"z":[1]}},"b":{"metadata":{"managedFields":2}}})", "x", limits);
  };
  const auto value = read(R"([{"f:a":{"k":[1,{"b":[]}]},"f:a":2},"text"])");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(write_json(*value), R"({"a":{"metadata":{"name":"n","notes":{"b":"c"},"z":[1]}},"b":{"metadata":{"managedFields":2}}})");
  for (const char* broken : {"[1,]", "{\"a\"}", "tru", "\"", "[[[", "{\"a\":1 2}"}) {
    EXPECT_FALSE(read(broken).has_value()) << broken;
  }
  EXPECT_FALSE(read(std::string(100, '[') + std::string(100, ']')).has_value());
}

TEST(Json, ReportsAllDuplicateKeys) {
  const auto result = read_json(R"({"a":1,"a":2,"b":{"c":1,"c":2}})", "s");
  ASSERT_FALSE(result.has_value());
  ASSERT_EQ(result.error().error_count(), 2U);
  EXPECT_EQ(result.error().items()[0].rule, "document.duplicate_key");
  EXPECT_EQ(result.error().items()[1].path, "b.c");
}

TEST(Json, EnforcesLimits) {
  EXPECT_EQ(only_error(std::string(100000, '[')).rule, "document.too_deep");
  EXPECT_EQ(only_error("[1,2,3]", {.nodes = 3}).rule, "document.too_many_nodes");
  EXPECT_EQ(only_error("[1,2,3]", {.bytes = 3}).rule, "document.too_large");
  EXPECT_TRUE(read_json("[[1]]", "s", {.depth = 2}).has_value());
  EXPECT_EQ(only_error("[[1]]", {.depth = 1}).rule, "document.too_deep");
}

TEST(Json, LargeIntegersBecomeDoubles) {
  EXPECT_EQ(*read_json("9223372036854775807", "s"), Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(*read_json("9223372036854775808", "s"), Value(9223372036854775808.0));
}

TEST(Json, WritesCompactAndIndented) {
  Value value;
  value.set("a", Array{1, 2.0, "q\"\x01"});
  value.set("e", Object{});
  EXPECT_EQ(write_json(value), R"({"a":[1,2.0,"q\"\u0001"],"e":{}})");
  EXPECT_EQ(write_json(value, JsonStyle::kIndented),
            "{\n  \"a\": [\n    1,\n    2.0,\n    \"q\\\"\\u0001\"\n  ],\n  \"e\": {}\n}");
  EXPECT_EQ(write_json(std::numeric_limits<double>::infinity()), "null");
}

}  // namespace
}  // namespace dynamo
