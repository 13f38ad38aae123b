#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "certs/authority.h"

namespace dynamo::webhook {

/// What the replicas share: the authorities, kept in a Secret.
struct SharedAuthorities {
  KeyPair current;               ///< signs the serving certificates; empty before the first replica made it
  KeyPair next;                  ///< trusted already, signs later; empty between rotations
  std::string previous_pem;      ///< trusted still: replicas may serve its certificates for a while
  std::string version;           ///< of the Secret, for writes that must not overwrite another replica's

  /// Everything that the API server has to trust.
  [[nodiscard]] std::string bundle() const { return current.certificate_pem + next.certificate_pem + previous_pem; }
};

enum class ClusterErrorKind {
  kConflict,      ///< somebody else wrote first: read again
  kOther,
};

struct ClusterError {
  ClusterErrorKind kind = ClusterErrorKind::kOther;
  std::string message;
};

/// The objects of the cluster that self-managed certificates live in.
class ClusterState {
 public:
  ClusterState() = default;
  ClusterState(const ClusterState&) = delete;
  ClusterState& operator=(const ClusterState&) = delete;
  virtual ~ClusterState() = default;

  [[nodiscard]] virtual std::expected<SharedAuthorities, ClusterError> read_authorities() = 0;
  /// Only over the version that was read.
  [[nodiscard]] virtual std::expected<void, ClusterError> write_authorities(const SharedAuthorities& authorities) = 0;
  /// Makes both webhook configurations trust `bundle`. True where they did so already.
  [[nodiscard]] virtual std::expected<bool, ClusterError> publish(const std::string& bundle) = 0;
};

}  // namespace dynamo::webhook
