#pragma once

#include <expected>
#include <string>

#include "certs/cluster_state.h"
#include "dynamo/profiler/document.h"

namespace dynamo::webhook {

/// Where the API server is and who we are: what the kubelet gives to every pod with a service account.
struct KubeAccess {
  std::string host;
  int port = 443;
  std::string service_account;   ///< folder of `token` and `ca.crt`

  /// From KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
  [[nodiscard]] static std::expected<KubeAccess, std::string> in_cluster(std::string service_account);
};

/// A few calls of the Kubernetes API. Each opens a connection of its own and reads the token anew, which the kubelet
/// replaces every hour.
class KubeClient {
 public:
  explicit KubeClient(KubeAccess access) : access_(std::move(access)) {}

  [[nodiscard]] std::expected<Value, ClusterError> get(const std::string& path) const;
  [[nodiscard]] std::expected<Value, ClusterError> patch(const std::string& path, const char* content_type,
                                                         const Value& change) const;

 private:
  KubeAccess access_;
};

}  // namespace dynamo::webhook
