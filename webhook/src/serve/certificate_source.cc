#include "serve/certificate_source.h"

#include "net/file_certificates.h"

namespace dynamo::webhook {

std::unique_ptr<CertificateSource> make_certificate_source(const Config& config, const Log& log,
                                                           CertificateCounters& counters) {
  return std::make_unique<FileCertificates>(
      CertificateFiles{config.tls_cert_file, config.tls_key_file, config.client_ca_file}, log, counters);
}

}  // namespace dynamo::webhook
