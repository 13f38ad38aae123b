#include <cmath>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

Value read_one(std::string_view text) {
  const ReadResult result = read_yaml(text, "in.yaml");
  EXPECT_TRUE(result.diagnostics.empty()) << text << ": " << result.diagnostics.items().front().reason;
  EXPECT_EQ(result.documents.size(), 1U) << text;
  return result.documents.empty() ? Value() : result.documents.front().root;
}

Value scalar(const std::string& text) {
  const Value value = read_one("- " + text + "\n");
  return value.as_array() == nullptr ? Value() : value.as_array()->front();
}

TEST(YamlReader, ResolvesPlainScalarsAsKubernetes) {
  for (const char* text : {"y", "Y", "yes", "Yes", "YES", "on", "On", "true", "True", "TRUE"}) {
    EXPECT_EQ(scalar(text), Value(true)) << text;
  }
  for (const char* text : {"n", "No", "off", "OFF", "false", "False"}) {
    EXPECT_EQ(scalar(text), Value(false)) << text;
  }
  for (const char* text : {"~", "null", "Null", "NULL", ""}) {
    EXPECT_EQ(scalar(text), Value()) << text;
  }
  for (const char* text : {"yEs", "tRue", "nULL", "12:30", "2020-01-01", "1.2.3", "0x", "1e400", "nan", "a b"}) {
    EXPECT_EQ(scalar(text), Value(text)) << text;
  }
}

TEST(YamlReader, ResolvesNumbersAsKubernetes) {
  EXPECT_EQ(scalar("017"), Value(15));
  EXPECT_EQ(scalar("0o17"), Value(15));
  EXPECT_EQ(scalar("0x1F"), Value(31));
  EXPECT_EQ(scalar("-0b11"), Value(-3));
  EXPECT_EQ(scalar("1_000"), Value(1000));
  EXPECT_EQ(scalar("+5"), Value(5));
  EXPECT_EQ(scalar("08"), Value(8.0));
  EXPECT_EQ(scalar("1.0"), Value(1.0));
  EXPECT_EQ(scalar("1e3"), Value(1000.0));
  EXPECT_EQ(scalar(".5"), Value(0.5));
  EXPECT_EQ(scalar("1e-400"), Value(0.0));
  EXPECT_EQ(scalar("-9223372036854775808"), Value(std::int64_t{-9223372036854775807} - std::int64_t{1}));
  EXPECT_EQ(scalar("18446744073709551616"), Value(18446744073709551616.0));
  EXPECT_EQ(scalar("-.inf"), Value(-INFINITY));
  EXPECT_TRUE(std::isnan(scalar(".nan").number_or(0)));
}

TEST(YamlReader, QuotedScalarsAndStringTagsAreStrings) {
  EXPECT_EQ(scalar("\"yes\""), Value("yes"));
  EXPECT_EQ(scalar("'1.0'"), Value("1.0"));
  EXPECT_EQ(scalar("!!str 1"), Value("1"));
  EXPECT_EQ(scalar("!!float 1"), Value(1.0));
  EXPECT_EQ(scalar("!!int \"5\""), Value(5));
}

TEST(YamlReader, KeysBecomeText) {
  const Value value = read_one("on: 1\n2: b\n1.5: c\n\"off\": d\n");
  EXPECT_NE(value.find("true"), nullptr);
  EXPECT_NE(value.find("2"), nullptr);
  EXPECT_NE(value.find("1.5"), nullptr);
  EXPECT_NE(value.find("off"), nullptr);
}

TEST(YamlReader, ReadsBlockScalars) {
  const Value value = read_one("a: |\n  x\n  y\nb: >-\n  u\n  v\nc: |+\n  z\n\n");
  EXPECT_EQ(*value.find("a"), Value("x\ny\n"));
  EXPECT_EQ(*value.find("b"), Value("u v"));
  EXPECT_EQ(*value.find("c"), Value("z\n\n"));
}

TEST(YamlReader, ExpandsAliases) {
  const Value value = read_one("a: &x {k: [1, 2]}\nb: *x\nc: [*x, *x]\n");
  EXPECT_EQ(*value.find("a"), *value.find("b"));
  EXPECT_EQ(value.find("c")->as_array()->at(1), *value.find("a"));
}

TEST(YamlReader, AcceptsByteOrderMarkAndWindowsLineEnds) {
  EXPECT_EQ(*read_one("\xEF\xBB\xBF" "a: x\r\nb:\r\n  - 1\r\n").find("b"), Value(Array{1}));
}

TEST(YamlReader, SkipsEmptyDocuments) {
  const ReadResult result = read_yaml("# nothing\n---\na: 1\n---\n---\n# end\n...\n", "in.yaml");
  EXPECT_TRUE(result.diagnostics.empty());
  ASSERT_EQ(result.documents.size(), 1U);
  EXPECT_EQ(result.documents.front().source, "in.yaml");
}

TEST(YamlReader, ReadsJsonWithSurrogatePairsAndSeveralValues) {
  const ReadResult result = read_yaml("{\"a\": \"\\ud83d\\ude00\"}\n{\"b\": 1}\n", "in");
  ASSERT_EQ(result.documents.size(), 2U);
  EXPECT_EQ(*result.documents[0].root.find("a"), Value("😀"));
}

TEST(YamlReader, ReadsFlowMappingsThatAreNoJson) {
  EXPECT_EQ(*read_one("{a: x, b: [1, 2,],}").find("b"), Value(Array{1, 2}));
}

TEST(YamlReader, MarksCountCharactersAcrossDocuments) {
  const ReadResult result = read_yaml("x: 1\n---\nä: 'öö'\nb:\n  - long\nc:\nd: 1\n", "in");
  ASSERT_EQ(result.documents.size(), 2U);
  const Object& object = *result.documents[1].root.as_object();
  EXPECT_EQ(object[0].key_mark, (SourceMark{.line = 3, .column = 1, .length = 1}));
  EXPECT_EQ(object[0].value.mark, (SourceMark{.line = 3, .column = 4, .length = 4}));
  EXPECT_EQ(object[1].value.as_array()->front().mark, (SourceMark{.line = 5, .column = 5, .length = 4}));
  EXPECT_EQ(object[2].value.mark.line, 6);
}

}  // namespace
}  // namespace dynamo
