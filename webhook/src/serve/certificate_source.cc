#include "serve/certificate_source.h"

#include "certs/kube_state.h"
#include "certs/self_managed.h"
#include "net/file_certificates.h"
#include "ops/text_file.h"

#include <algorithm>

namespace dynamo::webhook {
namespace {

using Made = std::expected<std::unique_ptr<CertificateSource>, std::string>;

RotationTimes rotation_times(const Config& config) {
  using std::chrono::duration_cast, std::chrono::seconds;
  return {duration_cast<seconds>(config.authority_life), duration_cast<seconds>(config.certificate_life),
          duration_cast<seconds>(config.authority_overlap)};
}

/// Between two looks at the cluster: often enough for the shortest life there is.
Duration pace(Duration certificate_life) {
  return std::clamp(certificate_life / 20, Duration(250), Duration(10000));
}

Made self_managed(const Config& config, const Log& log, CertificateCounters& counters) {
  auto access = KubeAccess::in_cluster(config.service_account);
  if (!access) return std::unexpected(access.error());
  auto name_space = read_text_file(access->service_account + "/namespace");
  if (!name_space) return std::unexpected("self-managed certificates need the namespace of the pod: " + name_space.error());
  while (!name_space->empty() && name_space->back() == '\n') name_space->pop_back();   // who mounts it by hand may end the line
  SelfManagedOptions options;
  options.times = rotation_times(config);
  options.interval = pace(config.certificate_life);
  options.dns_names = service_names(config.service, *name_space);
  if (!config.client_ca_file.empty()) {
    auto authorities = read_text_file(config.client_ca_file);
    if (!authorities) return std::unexpected("client authorities: " + authorities.error());
    options.client_ca_pem = std::move(*authorities);
  }
  CertificateObjects objects;
  objects.name_space = *name_space;
  auto cluster = std::make_unique<KubeState>(std::move(*access), std::move(objects));
  return std::make_unique<SelfManagedCertificates>(std::move(cluster), std::move(options), log, counters);
}

}  // namespace

Made make_certificate_source(const Config& config, const Log& log, CertificateCounters& counters) {
  if (config.certificates == CertificateOrigin::kSelfManaged) return self_managed(config, log, counters);
  return std::make_unique<FileCertificates>(
      CertificateFiles{config.tls_cert_file, config.tls_key_file, config.client_ca_file}, log, counters);
}

}  // namespace dynamo::webhook
