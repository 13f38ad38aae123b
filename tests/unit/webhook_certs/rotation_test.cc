#include "certs/rotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>

#include "fake_cluster.h"

namespace dynamo::webhook {
namespace {

using namespace std::chrono_literals;

/// The certificates of a bundle, one by one.
std::vector<std::string> certificates_in(const std::string& bundle) {
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----\n";
  std::vector<std::string> out;
  for (std::size_t at = 0, end = 0; (end = bundle.find(kEnd, at)) != std::string::npos; at = end + kEnd.size()) {
    out.push_back(bundle.substr(at, end + kEnd.size() - at));
  }
  return out;
}

class RotationTest : public testing::Test {
 protected:
  Rotation replica() {
    return Rotation(state_, {"dynamo-webhook.dynamo-admission.svc"}, times_, [this] { return now_; });
  }

  /// Whether one of the bundle's authorities, good at the time, signed the leaf.
  bool trusted(const std::string& leaf, const std::string& bundle) {
    const auto [found, is_new] = signers_.try_emplace(leaf + bundle);
    if (is_new) {
      for (const std::string& authority : certificates_in(bundle)) {
        if (signed_by(leaf, authority)) found->second.push_back(validity_of(authority).value());
      }
    }
    return std::ranges::any_of(found->second, [&](const Validity& v) { return v.from <= now_ && now_ < v.to; });
  }

  TimePoint now_ = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);
  FakeCluster cluster_;
  FakeState state_{cluster_};
  RotationTimes times_;
  std::map<std::string, std::vector<Validity>> signers_;   ///< checking a signature is slow
};

TEST_F(RotationTest, FirstStepMakesAnAuthorityPublishesItAndIssues) {
  Rotation one = replica();
  const KeyPair leaf = one.step().value().value();
  EXPECT_TRUE(belong_together(leaf));
  EXPECT_TRUE(trusted(leaf.certificate_pem, cluster_.bundle));
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_EQ(one.step().value(), std::nullopt);
  EXPECT_EQ(cluster_.writes, 1);
}

TEST_F(RotationTest, OfTwoFirstReplicasOneWinsAndTheOtherJoins) {
  Rotation one = replica(), two = replica();
  cluster_.between = [&] { ASSERT_TRUE(two.step()); };
  const auto lost = one.step();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ClusterErrorKind::kConflict);
  EXPECT_TRUE(trusted(one.step().value().value().certificate_pem, cluster_.bundle));
  EXPECT_EQ(cluster_.writes, 1);
}

TEST_F(RotationTest, AnUnusableSecretIsReplaced) {
  cluster_.secret.current = {"rubbish", "rubbish"};
  Rotation one = replica();
  EXPECT_TRUE(trusted(one.step().value().value().certificate_pem, cluster_.bundle));
}

TEST_F(RotationTest, AFailingClusterLeavesTheLeafAlone) {
  Rotation one = replica();
  ASSERT_TRUE(one.step());
  cluster_.failure = "no route";
  EXPECT_EQ(one.step().error().message, "no route");
  cluster_.failure.clear();
  EXPECT_EQ(one.step().value(), std::nullopt);
}

TEST_F(RotationTest, TheNextAuthorityWaitsUntilItsTrustIsPublished) {
  Rotation one = replica();
  ASSERT_TRUE(one.step());
  now_ += 24h * 250;
  ASSERT_TRUE(one.step());
  ASSERT_FALSE(cluster_.secret.next.certificate_pem.empty());
  now_ += 20min;
  cluster_.bundle = "somebody applied the manifest anew";
  ASSERT_TRUE(one.step());
  EXPECT_FALSE(cluster_.secret.next.certificate_pem.empty()) << "promoted without trust";
  ASSERT_TRUE(one.step());
  EXPECT_TRUE(cluster_.secret.next.certificate_pem.empty());
}

/// Three lives of an authority, with the proportions of the defaults at a sixth of their length (each look costs real
/// signatures): two replicas that look every three hours, one of them restarted every five days, and an API server that
/// sees the configurations as they were up to nine hours ago.
TEST_F(RotationTest, AtNoTimeIsACertificateServedThatIsNotTrusted) {
  times_ = {.authority_life = std::chrono::days(60), .leaf_life = 28h, .overlap = 12h};
  std::array<std::unique_ptr<Rotation>, 2> replicas;
  for (auto& one : replicas) one = std::make_unique<Rotation>(replica());
  std::array<std::string, 2> served;
  std::set<std::string> authorities;
  std::deque<std::string> seen;   // bundles, oldest first
  for (int step = 0; step < 3 * 60 * 8; ++step, now_ += 3h) {
    const std::size_t turn = static_cast<std::size_t>(step) % 2;
    if (step % (5 * 8) == 0 && step > 0) replicas[turn] = std::make_unique<Rotation>(replica());
    const auto stepped = replicas[turn]->step();
    ASSERT_TRUE(stepped) << stepped.error().message;
    if (*stepped) served[turn] = (*stepped)->certificate_pem;
    authorities.insert(cluster_.secret.current.certificate_pem);
    seen.push_back(cluster_.bundle);
    if (seen.size() > 3) seen.pop_front();
    for (const std::string& leaf : served) {
      if (leaf.empty()) continue;
      const Validity validity = validity_of(leaf).value();
      ASSERT_TRUE(validity.from <= now_ && now_ < validity.to) << "step " << step;
      for (const std::string& bundle : seen) ASSERT_TRUE(trusted(leaf, bundle)) << "step " << step;
    }
    ASSERT_LE(certificates_in(cluster_.bundle).size(), 2u);
  }
  EXPECT_GE(authorities.size(), 4u);   // one every forty days
}

}  // namespace
}  // namespace dynamo::webhook
