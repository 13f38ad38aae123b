#pragma once

#include <string>

#include "certs/cluster_state.h"
#include "certs/kube_client.h"

namespace dynamo::webhook {

/// Names of the objects, as the manifests call them.
struct CertificateObjects {
  std::string name_space;
  std::string secret = "dynamo-webhook-ca";
  std::string configurations = "dynamo-webhook";   ///< of both webhook configurations
};

/// The Secret and the two webhook configurations through the API. All three have to exist: then the service account needs
/// `get` and `patch` on three names and nothing else.
class KubeState final : public ClusterState {
 public:
  KubeState(KubeAccess access, CertificateObjects objects) : client_(std::move(access)), objects_(std::move(objects)) {}

  [[nodiscard]] std::expected<SharedAuthorities, ClusterError> read_authorities() override;
  [[nodiscard]] std::expected<void, ClusterError> write_authorities(const SharedAuthorities& authorities) override;
  [[nodiscard]] std::expected<bool, ClusterError> publish(const std::string& bundle) override;

 private:
  [[nodiscard]] std::string secret_path() const;
  [[nodiscard]] std::expected<bool, ClusterError> publish(const std::string& bundle, std::string_view kind);

  KubeClient client_;
  CertificateObjects objects_;
};

}  // namespace dynamo::webhook
