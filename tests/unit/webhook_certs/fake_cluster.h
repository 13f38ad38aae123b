#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "certs/cluster_state.h"

namespace dynamo::webhook {

/// The Secret and the configurations in memory, with their versions.
struct FakeCluster {
  std::mutex mutex;
  SharedAuthorities secret;
  int version = 1;
  int writes = 0;
  std::string bundle;
  std::string failure;                       ///< not empty: every call fails with it
  std::function<void()> between;             ///< runs once, after the next read: what another replica does meanwhile
};

class FakeState final : public ClusterState {
 public:
  explicit FakeState(FakeCluster& cluster) : cluster_(cluster) {}

  std::expected<SharedAuthorities, ClusterError> read_authorities() override {
    if (!cluster_.failure.empty()) return std::unexpected(ClusterError{ClusterErrorKind::kOther, cluster_.failure});
    SharedAuthorities read;
    {
      const std::lock_guard lock(cluster_.mutex);
      read = cluster_.secret;
      read.version = std::to_string(cluster_.version);
    }
    if (const auto meanwhile = std::exchange(cluster_.between, nullptr)) meanwhile();
    return read;
  }

  std::expected<void, ClusterError> write_authorities(const SharedAuthorities& authorities) override {
    const std::lock_guard lock(cluster_.mutex);
    if (authorities.version != std::to_string(cluster_.version)) {
      return std::unexpected(ClusterError{ClusterErrorKind::kConflict, "version"});
    }
    cluster_.secret = authorities;
    ++cluster_.version;
    ++cluster_.writes;
    return {};
  }

  std::expected<bool, ClusterError> publish(const std::string& bundle) override {
    const std::lock_guard lock(cluster_.mutex);
    return std::exchange(cluster_.bundle, bundle) == bundle;
  }

 private:
  FakeCluster& cluster_;
};

}  // namespace dynamo::webhook
