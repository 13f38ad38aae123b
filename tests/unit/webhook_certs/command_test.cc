#include "certs/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "certs/authority.h"

namespace dynamo::webhook {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(CertsCommand, WritesFilesThatFitTogetherForTheOwnerAlone) {
  const fs::path folder = fs::path(testing::TempDir()) / "dynamo-certs";
  fs::remove_all(folder);
  ASSERT_EQ(run_certs({"--out", folder.string(), "--namespace", "here", "--dns", "127.0.0.1", "--days", "30"}), 0);
  EXPECT_TRUE(belong_together({text_of(folder / "tls.crt"), text_of(folder / "tls.key")}));
  EXPECT_TRUE(signed_by(text_of(folder / "tls.crt"), text_of(folder / "ca.crt")));
  EXPECT_EQ(fs::status(folder / "tls.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(text_of(folder / "secret.yaml"), testing::HasSubstr("namespace: here"));
  EXPECT_THAT(text_of(folder / "ca-bundle.patch.json"), testing::HasSubstr("/webhooks/0/clientConfig/caBundle"));
  fs::remove_all(folder);
}

TEST(CertsCommand, AKeyIsAtNoTimeThereForOthers) {
  const fs::path folder = fs::path(testing::TempDir()) / "dynamo-certs-watched";
  std::atomic<bool> open_to_others = false;
  {
    const std::jthread watcher([&](const std::stop_token& end) {
      while (!end.stop_requested()) {
        std::error_code gone;
        const fs::file_status key = fs::status(folder / "tls.key", gone);
        const auto others = fs::perms::group_all | fs::perms::others_all;
        if (fs::is_regular_file(key) && (key.permissions() & others) != fs::perms::none) open_to_others = true;
      }
    });
    for (int i = 0; i < 50; ++i) EXPECT_EQ(run_certs({"--out", folder.string()}), 0);
  }
  EXPECT_FALSE(open_to_others);
  fs::remove_all(folder);
}

TEST(CertsCommand, ALinkInItsPlaceIsReplacedNotFollowed) {
  const fs::path folder = fs::path(testing::TempDir()) / "dynamo-certs-linked", elsewhere = folder / "elsewhere";
  fs::remove_all(folder);
  fs::create_directories(folder);
  std::ofstream(elsewhere) << "kept";
  fs::create_symlink(elsewhere, folder / "tls.key");
  EXPECT_EQ(run_certs({"--out", folder.string()}), 0);
  EXPECT_EQ(text_of(elsewhere), "kept");
  EXPECT_THAT(text_of(folder / "tls.key"), testing::HasSubstr("PRIVATE KEY"));
  fs::remove_all(folder);
}

TEST(CertsCommand, PrintsTheSecretAndTheBundle) {
  testing::internal::CaptureStdout();
  ASSERT_EQ(run_certs({}), 0);
  const std::string out = testing::internal::GetCapturedStdout();
  EXPECT_THAT(out, testing::StartsWith("# caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"));
  EXPECT_THAT(out, testing::HasSubstr("type: kubernetes.io/tls"));
}

TEST(CertsCommand, RefusesWhatItCannotDo) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_certs({"--days", "0"}), 2);
  EXPECT_EQ(run_certs({"--what"}), 2);
  EXPECT_EQ(run_certs({"--out", "/dev/null/folder"}), 1);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("cannot write"));
}

}  // namespace
}  // namespace dynamo::webhook
