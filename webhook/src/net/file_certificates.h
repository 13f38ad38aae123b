#pragma once

#include <expected>
#include <optional>
#include <string>
#include <thread>

#include "net/certificate_counters.h"
#include "net/certificate_source.h"
#include "net/socket.h"
#include "ops/log.h"

namespace dynamo::webhook {

struct CertificateFiles {
  std::string certificate, key;
  std::string client_ca;       ///< empty = no client certificates are required
};

/// The certificate in files that cert-manager, the kubelet or a person replaces. Their directories are watched, which also
/// sees the symbolic links that the kubelet swaps; a look every few seconds covers file systems without notifications.
class FileCertificates final : public CertificateSource {
 public:
  FileCertificates(CertificateFiles files, const Log& log, CertificateCounters& counters);
  ~FileCertificates() override;

  void start(Sink sink) override;
  void stop() override;

 private:
  [[nodiscard]] std::expected<CertificatePair, std::string> read() const;
  void look();
  void watch();
  void wait_for_change();

  CertificateFiles files_;
  const Log& log_;
  CertificateCounters& counters_;
  Sink sink_;
  std::optional<CertificatePair> seen_;   ///< what was last given to the sink, good or not
  std::string complaint_;                 ///< the last one logged, so that it is not repeated every few seconds
  bool serving_ = false;                  ///< a certificate was taken once
  Descriptor inotify_;
  Descriptor wake_;
  std::jthread thread_;
};

}  // namespace dynamo::webhook
