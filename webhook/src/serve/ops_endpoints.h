#pragma once

#include <span>
#include <string>

#include "net/certificate_counters.h"
#include "net/server.h"
#include "serve/admission_endpoint.h"

namespace dynamo::webhook {

/// What the operational endpoints report about. All of it may be read while the server runs.
struct Observed {
  const Server* server = nullptr;
  const TlsContext& tls;
  const CertificateCounters& certificates;
  const DecisionMetrics& decisions;
  std::span<const AdmissionEndpoint* const> endpoints;
  std::size_t packs = 0;
  std::string tables_release;
};

/// Empty where the process is fit to get requests, else why not, one reason per line.
[[nodiscard]] std::string not_ready(const Observed& observed);

[[nodiscard]] HttpReply livez();
[[nodiscard]] HttpReply readyz(const Observed& observed);
[[nodiscard]] HttpReply version_endpoint();
[[nodiscard]] HttpReply metrics(const Observed& observed);

}  // namespace dynamo::webhook
