#include "certs/base64.h"

#include <gtest/gtest.h>

namespace dynamo::webhook {
namespace {

TEST(Base64, ReadsWhatItWrites) {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    EXPECT_EQ(from_base64(to_base64(text)), text);
  }
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(to_base64(std::string_view("\0\xff", 2)), "AP8=");
}

TEST(Base64, RefusesOtherText) {
  EXPECT_EQ(from_base64("Zm9"), std::nullopt);
  EXPECT_EQ(from_base64("Zm9!"), std::nullopt);
}

}  // namespace
}  // namespace dynamo::webhook
