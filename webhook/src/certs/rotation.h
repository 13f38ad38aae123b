#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "certs/authority.h"
#include "certs/cluster_state.h"

namespace dynamo::webhook {

struct RotationTimes {
  std::chrono::seconds authority_life = std::chrono::days(365);
  std::chrono::seconds leaf_life = std::chrono::days(7);
  /// From when the configurations trust a new authority to its first certificate: API servers see changes late.
  std::chrono::seconds overlap = std::chrono::minutes(10);
};

/// Keeps the authorities in the cluster and this replica's certificate fresh. Each step may be taken by any replica at any
/// time; of two that want to write, one wins and the other finds its work done at its next step.
///
/// An authority is replaced in three writes, so that at no time a certificate is served that is not trusted everywhere:
/// the next one is made and trusted; after the overlap it signs and the old one is only trusted; when that has expired it
/// goes.
class Rotation {
 public:
  using Clock = std::function<TimePoint()>;

  Rotation(ClusterState& cluster, std::vector<std::string> dns_names, RotationTimes times, Clock clock);

  /// One look at the cluster. The certificate to serve, or nothing when it is still the same. On an error the one before
  /// stays good: it is renewed long before it ends.
  [[nodiscard]] std::expected<std::optional<KeyPair>, ClusterError> step();

 private:
  /// The change that is due, written; false where none is.
  [[nodiscard]] std::expected<bool, ClusterError> advance(SharedAuthorities& authorities);
  [[nodiscard]] std::expected<std::optional<KeyPair>, ClusterError> renew_leaf(const KeyPair& authority);

  ClusterState& cluster_;
  std::vector<std::string> dns_names_;
  RotationTimes times_;
  Clock clock_;
  KeyPair leaf_;
  std::string leaf_authority_;   ///< the certificate that signed it
};

}  // namespace dynamo::webhook
