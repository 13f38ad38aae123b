#include "serve/certificate_source.h"

#include "certs/kube_state.h"
#include "certs/self_managed.h"
#include "net/file_certificates.h"

#include <fstream>
#include <iterator>

namespace dynamo::webhook {
namespace {

using Made = std::expected<std::unique_ptr<CertificateSource>, std::string>;

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Made self_managed(const Config& config, const Log& log) {
  auto access = KubeAccess::in_cluster();
  if (!access) return std::unexpected(access.error());
  const std::string file = access->service_account + "/namespace";
  const std::string name_space = text_of(file);
  if (name_space.empty()) return std::unexpected("self-managed certificates need the namespace of the pod: cannot read " + file);
  SelfManagedOptions options;
  options.dns_names = service_names(config.service, name_space);
  if (!config.client_ca_file.empty()) options.client_ca_pem = text_of(config.client_ca_file);
  if (!config.client_ca_file.empty() && options.client_ca_pem.empty()) {
    return std::unexpected("cannot read the client authorities in " + config.client_ca_file);
  }
  CertificateObjects objects;
  objects.name_space = name_space;
  auto cluster = std::make_unique<KubeState>(std::move(*access), std::move(objects));
  return std::make_unique<SelfManagedCertificates>(std::move(cluster), std::move(options), log);
}

}  // namespace

Made make_certificate_source(const Config& config, const Log& log, CertificateCounters& counters) {
  if (config.certificates == CertificateOrigin::kSelfManaged) return self_managed(config, log);
  return std::make_unique<FileCertificates>(
      CertificateFiles{config.tls_cert_file, config.tls_key_file, config.client_ca_file}, log, counters);
}

}  // namespace dynamo::webhook
