#include <cmath>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

std::string line(const Value& value) {
  std::string text = write_yaml(value);
  text.pop_back();
  return text;
}

TEST(YamlWriter, LooksLikeKubectl) {
  const auto value = read_json(
      R"({"spec":{"args":["--model","x"],"env":[{"name":"A","value":"1"},{"name":"B","list":[[1,2],[]]}],"e":{},"f":[]}})",
      "s");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(write_yaml(*value), R"(spec:
  args:
  - --model
  - x
  env:
  - name: A
    value: "1"
  - name: B
    list:
    - - 1
      - 2
    - []
  e: {}
  f: []
)");
}

TEST(YamlWriter, QuotesWhatAnotherReaderWouldMisread) {
  for (const char* text :
       {"yes", "No", "on", "OFF", "y", "n", "true", "null", "~", "1", "1.0", "1e3", "1e400", "0x1F", "0o17", "017", "0b1",
        "1_000", "12:30", "1:30:00.5", "2020-01-01", "2020-1-1 10:00", ".inf", "-.INF", ".nan", "=", "<<", "", "+1", ".5",
        "08", "1.", "190:20:30"}) {
    EXPECT_EQ(line(text), "\"" + std::string(text) + "\"");
  }
}

TEST(YamlWriter, QuotesWhatTheSyntaxWouldSwallow) {
  for (const char* text : {" a", "a ", "a: b", "a #b", "#a", "- a", "-", "*a", "&a", "!a", "%a", "@a", "`a", "[a", "{a",
                           "|", ">", "a:", "?", "---", "...", ": a", ",a"}) {
    EXPECT_EQ(line(text), "'" + std::string(text) + "'");
  }
  EXPECT_EQ(line("'a"), "'''a'");
  EXPECT_EQ(line("a\tb"), "\"a\\tb\"");
  EXPECT_EQ(line("a\x01\u0085\u2028"), "\"a\\x01\\x85\\u2028\"");
}

TEST(YamlWriter, LeavesOrdinaryTextPlain) {
  for (const char* text : {"Qwen/Qwen3-32B", "--model", "-x", "10.0.0.1", "1.2.3", "a:b", "a#b", "nvcr.io/nvidia/x:1.0.0",
                           "it's", "a, b", "8080:80:tcp", "1Gi", "500m", "2020-01", "grüße", "😀", "0x", "a[0]", "e5"}) {
    EXPECT_EQ(line(text), text);
  }
}

TEST(YamlWriter, WritesNumbersThatKeepTheirType) {
  EXPECT_EQ(line(1.0), "1.0");
  EXPECT_EQ(line(0.1), "0.1");
  EXPECT_EQ(line(1e21), "1.0e+21");
  EXPECT_EQ(line(1.5e-7), "1.5e-07");
  EXPECT_EQ(line(-0.0), "-0.0");
  EXPECT_EQ(line(-INFINITY), "-.inf");
  EXPECT_EQ(line(std::int64_t{42}), "42");
}

TEST(YamlWriter, WritesBlockLiteralsWithTheRightChomping) {
  Value value;
  value.set("a", "x\ny");
  value.set("b", "x\n\n  y\n");
  value.set("c", "x\n\n");
  value.set("d", " x\ny");
  value.set("e", "\n");
  value.set("f", Array{"p\nq\n"});
  EXPECT_EQ(write_yaml(value), R"(a: |-
  x
  y
b: |
  x

    y
c: |+
  x

d: " x\ny"
e: "\n"
f:
- |
  p
  q
)");
}

TEST(YamlWriter, SeparatesDocuments) {
  EXPECT_EQ(write_yaml(std::vector<Value>{Value(Object{Member{.key = "a", .value = 1, .key_mark = {}}}), Value("b")}),
            "a: 1\n---\nb\n");
}

}  // namespace
}  // namespace dynamo
