#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "certs/cluster_state.h"
#include "certs/rotation.h"
#include "net/certificate_counters.h"
#include "net/certificate_source.h"
#include "ops/log.h"

namespace dynamo::webhook {

struct SelfManagedOptions {
  std::vector<std::string> dns_names;            ///< names that the API server calls us by
  RotationTimes times;
  std::chrono::milliseconds interval{10000};     ///< between looks at the cluster
  std::string client_ca_pem;                     ///< passed on with each pair
};

/// `NAME.NAMESPACE.svc`, as the API server calls a Service, and its other spellings.
[[nodiscard]] std::vector<std::string> service_names(const std::string& service, const std::string& name_space);

/// Our own authority: no cert-manager and no files. The first pair comes as soon as the configurations trust it.
class SelfManagedCertificates final : public CertificateSource {
 public:
  SelfManagedCertificates(std::unique_ptr<ClusterState> cluster, SelfManagedOptions options, const Log& log,
                          CertificateCounters& counters, Rotation::Clock clock = std::chrono::system_clock::now);
  ~SelfManagedCertificates() override;

  void start(Sink sink) override;
  void stop() override;

 private:
  void work(const std::stop_token& stop);
  /// The time until the next step.
  [[nodiscard]] std::chrono::milliseconds step();
  /// Likewise after a failed one: soon at first, then later and later.
  [[nodiscard]] std::chrono::milliseconds after(const ClusterError& error);

  std::unique_ptr<ClusterState> cluster_;
  SelfManagedOptions options_;
  const Log& log_;
  CertificateCounters& counters_;
  Rotation rotation_;
  Sink sink_;
  int failures_ = 0;        ///< in a row
  std::string complaint_;   ///< the last one logged, so that it is not repeated at every step
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace dynamo::webhook
