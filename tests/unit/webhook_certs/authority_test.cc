#include "certs/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::webhook {
namespace {

using namespace std::chrono_literals;

const TimePoint kNow = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);

TEST(Authority, SignsLeavesThatBelongToIt) {
  const KeyPair authority = make_authority("test", kNow, 24h * 365).value();
  const KeyPair other = make_authority("test", kNow, 24h * 365).value();
  const KeyPair leaf = issue_leaf(authority, {"a.b.svc", "127.0.0.1"}, kNow, 24h * 7).value();
  EXPECT_TRUE(belong_together(authority));
  EXPECT_TRUE(belong_together(leaf));
  EXPECT_FALSE(belong_together({leaf.certificate_pem, authority.key_pem}));
  EXPECT_TRUE(signed_by(leaf.certificate_pem, authority.certificate_pem));
  EXPECT_FALSE(signed_by(leaf.certificate_pem, other.certificate_pem));
  EXPECT_NE(authority.certificate_pem, other.certificate_pem);
}

TEST(Authority, IsGoodFromALittleBeforeItWasMade) {
  const Validity validity = validity_of(make_authority("test", kNow, 24h * 365)->certificate_pem).value();
  EXPECT_EQ(validity.from, kNow - 5min);
  EXPECT_EQ(validity.to, kNow + 24h * 365);
  EXPECT_EQ(backdating(60s), 6s);
}

TEST(Authority, ALeafDoesNotOutliveIt) {
  const KeyPair authority = make_authority("test", kNow, 24h * 3).value();
  const KeyPair leaf = issue_leaf(authority, {"a"}, kNow + 24h, 24h * 7).value();
  EXPECT_EQ(validity_of(leaf.certificate_pem)->to, kNow + 24h * 3);
}

TEST(Authority, IsRenewedAtTwoThirdsOfItsLife) {
  EXPECT_EQ((Validity{kNow, kNow + 9h}).renewal(), kNow + 6h);
}

TEST(Authority, SaysWhatItCannotRead) {
  EXPECT_FALSE(validity_of("no certificate"));
  EXPECT_FALSE(validity_of(""));
  EXPECT_FALSE(belong_together({"x", "y"}));
  const auto leaf = issue_leaf({"x", "y"}, {"a"}, kNow, 1h);
  ASSERT_FALSE(leaf);
  EXPECT_THAT(leaf.error(), testing::StartsWith("cannot read the authority"));
}

TEST(Authority, LongNamesStillFit) {
  const KeyPair authority = make_authority("test", kNow, 24h).value();
  EXPECT_TRUE(issue_leaf(authority, {std::string(63, 'a') + "." + std::string(63, 'b') + ".svc"}, kNow, 1h));
}

}  // namespace
}  // namespace dynamo::webhook
