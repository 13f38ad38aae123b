#include "certs/self_managed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <future>
#include <string>

#include "fake_cluster.h"

namespace dynamo::webhook {
namespace {

using namespace std::chrono_literals;

SelfManagedOptions options() {
  SelfManagedOptions out;
  out.dns_names = service_names("dynamo-webhook", "here");
  out.interval = 1ms;
  out.client_ca_pem = "client authority";
  return out;
}

TEST(SelfManaged, GivesAPairAndEndsWhenStopped) {
  FakeCluster cluster;
  const Log log(2, LogLevel::kError);
  CertificateCounters counters;
  SelfManagedCertificates source(std::make_unique<FakeState>(cluster), options(), log, counters);
  std::promise<CertificatePair> given;
  source.start([&, count = 0](const CertificatePair& pair) mutable -> std::expected<void, std::string> {
    if (count++ == 0) given.set_value(pair);
    return {};
  });
  auto future = given.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
  const CertificatePair pair = future.get();
  EXPECT_TRUE(belong_together({pair.chain_pem, pair.key_pem}));
  EXPECT_EQ(pair.client_ca_pem, "client authority");
  source.stop();
  EXPECT_EQ(counters.reads, 1u);
  EXPECT_EQ(counters.errors, 0u);
}

/// A cluster that refuses the first so many reads.
class Unsteady final : public ClusterState {
 public:
  Unsteady(FakeCluster& cluster, int refusals, ClusterErrorKind kind) : state_(cluster), refusals_(refusals), kind_(kind) {}
  std::expected<SharedAuthorities, ClusterError> read_authorities() override {
    if (refusals_-- > 0) return std::unexpected(ClusterError{kind_, "PATCH /x: 422: spoilt"});
    return state_.read_authorities();
  }
  std::expected<void, ClusterError> write_authorities(const SharedAuthorities& authorities) override {
    return state_.write_authorities(authorities);
  }
  std::expected<bool, ClusterError> publish(const std::string& bundle) override { return state_.publish(bundle); }

 private:
  FakeState state_;
  int refusals_;
  ClusterErrorKind kind_;
};

/// What the source logs until it has given its first pair, which an hour between looks must not hold up.
std::string log_of_recovery(int refusals, ClusterErrorKind kind, CertificateCounters& counters, std::chrono::milliseconds interval) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  FakeCluster cluster;
  const Log log(ends[1], LogLevel::kError);
  SelfManagedOptions often = options();
  often.interval = interval;
  SelfManagedCertificates source(std::make_unique<Unsteady>(cluster, refusals, kind), often, log, counters);
  std::promise<void> given;
  source.start([&, first = true](const CertificatePair&) mutable -> std::expected<void, std::string> {
    if (std::exchange(first, false)) given.set_value();
    return {};
  });
  EXPECT_EQ(given.get_future().wait_for(20s), std::future_status::ready);
  source.stop();
  close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t got = read(ends[0], text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  close(ends[0]);
  return text;
}

TEST(SelfManaged, AClusterThatWasAwayIsAskedAgainSoonAndComplainedAboutOnce) {
  CertificateCounters counters;
  const std::string log = log_of_recovery(2, ClusterErrorKind::kOther, counters, 1h);
  EXPECT_THAT(log, testing::HasSubstr("422: spoilt"));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1);
  EXPECT_EQ(counters.errors, 2u);
  EXPECT_EQ(counters.reads, 1u);
}

TEST(SelfManaged, LosingRacesIsNoErrorButNeverWinningOneIs) {
  CertificateCounters counters;
  EXPECT_EQ(log_of_recovery(3, ClusterErrorKind::kConflict, counters, 1ms), "");
  EXPECT_EQ(counters.errors, 0u);
  EXPECT_THAT(log_of_recovery(8, ClusterErrorKind::kConflict, counters, 1ms), testing::HasSubstr("422: spoilt"));
}

TEST(SelfManaged, NamesAServiceAsTheApiServerDoes) {
  EXPECT_THAT(service_names("a", "b"), testing::ElementsAre("a.b.svc", "a.b.svc.cluster.local", "a.b"));
}

}  // namespace
}  // namespace dynamo::webhook
