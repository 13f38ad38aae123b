#include "certs/self_managed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

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
  SelfManagedCertificates source(std::make_unique<FakeState>(cluster), options(), log);
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
}

TEST(SelfManaged, NamesAServiceAsTheApiServerDoes) {
  EXPECT_THAT(service_names("a", "b"), testing::ElementsAre("a.b.svc", "a.b.svc.cluster.local", "a.b"));
}

}  // namespace
}  // namespace dynamo::webhook
