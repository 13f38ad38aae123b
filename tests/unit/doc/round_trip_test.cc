#include <bit>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "dynamo/profiler/document_io.h"

namespace dynamo {
namespace {

/// Trees out of the pieces that are known to go wrong.
class TreeGenerator {
 public:
  explicit TreeGenerator(unsigned seed) : random_(seed) {}

  Value object() {
    Value value = Object{};
    const std::size_t size = below(5);
    for (std::size_t i = 0; i < size; ++i) {
      value.set(text(), tree(3));
    }
    return value;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  Value tree(std::size_t depth) {
    switch (below(depth == 0 ? 5 : 8)) {
      case 0:
        return {};
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_() >> below(64));
      case 3:
        return number();
      case 4:
        return text();
      case 5:
        return text();
      case 6:
        return array(depth - 1);
      default:
        return nested(depth - 1);
    }
  }

  Value array(std::size_t depth) {
    Value value = Array{};
    for (std::size_t i = below(4); i > 0; --i) {
      value.push(tree(depth));
    }
    return value;
  }

  Value nested(std::size_t depth) {
    Value value = Object{};
    for (std::size_t i = below(4); i > 0; --i) {
      value.set(text(), tree(depth));
    }
    return value;
  }

  double number() {
    const auto value = std::bit_cast<double>(random_());
    return std::isfinite(value) ? value : static_cast<double>(below(1000));
  }

  std::string text() {
    static constexpr const char* kPieces[] = {
        "a",  "b",  "yes", "no", "1",   "0", ".",  "e", "x",  "_",  "-",  "+",  ":",  ": ", " #",   "#",      " ",
        "  ", "\n", "\n\n", "\t", "\"", "'", "\\", "{", "}",  "[",  "]",  ",",  "&",  "*",  "!",    "|",      ">",
        "%",  "@",  "`",   "?",  "~",   "=", "<<", "ä", "😀", "\r", "\x01", "\x7F", "\u0085", "\u2028", "\uFEFF", "---", "null"};
    std::string result;
    for (std::size_t i = below(5); i > 0; --i) {
      result += kPieces[below(std::size(kPieces))];
    }
    return result;
  }

  std::mt19937_64 random_;
};

TEST(RoundTrip, YamlReadsBackWhatItWrote) {
  TreeGenerator generator(20240601);
  for (int i = 0; i < 3000; ++i) {
    const Value value = generator.object();
    const std::string text = write_yaml(value);
    const ReadResult result = read_yaml(text, "generated");
    ASSERT_TRUE(result.diagnostics.empty()) << result.diagnostics.items().front().reason << "\n" << text;
    ASSERT_EQ(result.documents.size(), 1U) << text;
    ASSERT_EQ(result.documents.front().root, value) << text << "\n" << write_json(value) << "\n"
                                                    << write_json(result.documents.front().root);
  }
}

TEST(RoundTrip, JsonReadsBackWhatItWrote) {
  TreeGenerator generator(7);
  for (int i = 0; i < 3000; ++i) {
    const Value value = generator.object();
    for (const JsonStyle style : {JsonStyle::kCompact, JsonStyle::kIndented}) {
      const auto result = read_json(write_json(value, style), "generated");
      ASSERT_TRUE(result.has_value()) << write_json(value);
      ASSERT_EQ(*result, value) << write_json(value);
    }
  }
}

TEST(RoundTrip, JsonIsReadAlikeByTheYamlReader) {
  TreeGenerator generator(8);
  for (int i = 0; i < 500; ++i) {
    Value value = generator.object();
    const ReadResult result = read_yaml(write_json(value), "generated");
    if (!write_json(value).contains("\x7F") && !write_json(value).contains("\u0085")) {
      ASSERT_EQ(result.documents.size(), 1U) << write_json(value);
      ASSERT_EQ(result.documents.front().root, value);
    }
  }
}

}  // namespace
}  // namespace dynamo
