#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

Diagnostic first_error(std::string_view text, const ReadLimits& limits = {}) {
  const ReadResult result = read_yaml(text, "in.yaml", limits);
  EXPECT_TRUE(result.diagnostics.has_errors()) << text;
  return result.diagnostics.empty() ? Diagnostic() : result.diagnostics.items().front();
}

std::string nested_aliases(int levels) {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'a' + levels; ++name) {
    const std::string use = std::string("*") + static_cast<char>(name - 1);
    text += std::string(1, name) + ": &" + name + " [" + use;
    for (int i = 0; i < 8; ++i) {
      text += ", " + use;
    }
    text += "]\n";
  }
  return text;
}

TEST(YamlErrors, SyntaxErrorsHaveAPlace) {
  struct Case {
    const char* text;
    int line;
  };
  for (const Case& c : {Case{"a: b: c\n", 1}, Case{"a: 1\nb\n", 2}, Case{"a: 1\nb\nc: 2\n", 3}, Case{"a: \"x\n", 1},
                        Case{"a: 'x\n", 1}, Case{"a:\n    b: 1\n  c: 2\n", 3}, Case{"a:\n\tb: 1\n", 2},
                        Case{"a: [1, 2\n", 2}, Case{"a: @x\n", 1}, Case{"a: *none\n", 1}, Case{"- a\nb: 1\n", 2},
                        Case{"a: [1, 2]]\n", 1}, Case{"a: - b\n", 1}, Case{"x: &a [*a]\n", 1}, Case{"[a,,b]", 1}}) {
    const Diagnostic error = first_error(c.text);
    EXPECT_EQ(error.rule, "document.syntax") << c.text;
    EXPECT_EQ(error.mark.line, c.line) << c.text;
    EXPECT_EQ(error.source, "in.yaml");
    EXPECT_FALSE(error.reason.empty());
  }
}

TEST(YamlErrors, TabIndentationIsExplained) {
  EXPECT_THAT(first_error("a:\n\tb: 1\n").hint, testing::HasSubstr("tabs"));
}

TEST(YamlErrors, OneBadDocumentLeavesTheOthers) {
  const ReadResult result = read_yaml("a: 1\n---\nb: [1, 2\n---\nc: 3\n---\nd: 1\nd: 2\n", "in.yaml");
  ASSERT_EQ(result.documents.size(), 2U);
  EXPECT_NE(result.documents[1].root.find("c"), nullptr);
  ASSERT_EQ(result.diagnostics.error_count(), 2U);
  EXPECT_EQ(result.diagnostics.items()[0].rule, "document.syntax");
  EXPECT_EQ(result.diagnostics.items()[1].rule, "document.duplicate_key");
  EXPECT_EQ(result.diagnostics.items()[1].mark.line, 8);
}

TEST(YamlErrors, ReportsEveryDuplicateKey) {
  const ReadResult result = read_yaml("a: 1\na: 2\nb:\n  - c: 1\n    c: 2\n", "in.yaml");
  ASSERT_EQ(result.diagnostics.error_count(), 2U);
  EXPECT_EQ(result.diagnostics.items()[1].path, "b[0].c");
  EXPECT_EQ(result.diagnostics.items()[1].mark, (SourceMark{.line = 5, .column = 5, .length = 1}));
  EXPECT_THAT(result.diagnostics.items()[1].hint, testing::HasSubstr("line 4"));
  EXPECT_TRUE(result.documents.empty());
}

TEST(YamlErrors, ManyMistakesAreCutOff) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "a: 1\n";
  }
  EXPECT_EQ(read_yaml(text, "in").diagnostics.error_count(), 50U);
}

TEST(YamlErrors, RefusesMergeKeysAndUnknownTags) {
  EXPECT_EQ(first_error("x: &x {a: 1}\nz:\n  <<: *x\n").rule, "document.merge_key");
  EXPECT_EQ(first_error("a: !foo 1\n").rule, "document.tag");
  EXPECT_EQ(first_error("a: !!set {x: }\n").bad_value, "!!set");
  EXPECT_EQ(first_error("a: !!int abc\n").code, DiagnosticCode::kTypeInvalid);
  EXPECT_FALSE(read_yaml("\"<<\": 1\n", "in").diagnostics.has_errors());
}

TEST(YamlErrors, RefusesKeysThatAreNoText) {
  EXPECT_EQ(first_error("? [a, b]\n: c\n").rule, "document.syntax");
  EXPECT_EQ(first_error("~: c\n").rule, "document.syntax");
}

TEST(YamlErrors, RefusesBinaryInput) {
  EXPECT_EQ(first_error(std::string_view("a: \0", 4)).rule, "document.encoding");
  EXPECT_EQ(first_error("a: \x07\n").mark.column, 4);
  EXPECT_EQ(first_error("a: \xFF\n").rule, "document.encoding");
  EXPECT_THAT(first_error(std::string_view("\xFF\xFE" "a\0", 4)).hint, testing::HasSubstr("UTF-16"));
}

TEST(YamlErrors, AnEmptyTextIsAnError) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n---\n", "null\n"}) {
    EXPECT_EQ(first_error(text).rule, "document.empty") << text;
  }
}

TEST(YamlErrors, EnforcesLimits) {
  EXPECT_EQ(first_error("a: 123456789\n", {.bytes = 5}).rule, "document.too_large");
  for (const std::string text : {"[", "{", "- ", "? "}) {
    std::string nested;
    for (int i = 0; i < 5000; ++i) {
      nested += text;
    }
    EXPECT_EQ(first_error(nested).rule, "document.too_deep") << text;
  }
  EXPECT_EQ(first_error("[a, b, c, d]", {.nodes = 4}).rule, "document.too_many_nodes");
  EXPECT_EQ(first_error(nested_aliases(20)).rule, "document.too_many_nodes");
  EXPECT_EQ(first_error("a: &a [[x]]\nb: [[*a]]\n", {.depth = 4}).rule, "document.too_deep");
}

TEST(YamlErrors, OneLongLineIsReadInLinearTime) {
  std::string text = "[a";
  for (int i = 0; i < 90000; ++i) {
    text += ",a";
  }
  EXPECT_EQ(read_yaml(text + "]", "in").documents.at(0).root.as_array()->size(), 90001U);
}

}  // namespace
}  // namespace dynamo
