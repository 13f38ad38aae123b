#include <gtest/gtest.h>

#include "text/utf8.h"

namespace dynamo {
namespace {

TEST(Utf8, RoundTripsCodePoints) {
  for (const char32_t code : {U'a', U'\x7F', U'\x80', U'\u07FF', U'\u0800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, code);
    const auto decoded = decode_utf8(text, 0);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->code, code);
    EXPECT_EQ(decoded->length, text.size());
  }
}

TEST(Utf8, RefusesMalformedBytes) {
  for (const char* text : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xC3"}) {
    EXPECT_EQ(first_invalid_utf8(text), 0U);
  }
  EXPECT_EQ(first_invalid_utf8("ab\xFF"), 2U);
  EXPECT_EQ(first_invalid_utf8("aä€😀"), std::nullopt);
}

TEST(Utf8, CountsCharactersAndReplacesBrokenOnes) {
  EXPECT_EQ(utf8_length("aä€😀"), 4U);
  EXPECT_EQ(valid_utf8("a\xFF\x62"), "a\uFFFDb");
}

}  // namespace
}  // namespace dynamo
