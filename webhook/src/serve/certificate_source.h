#pragma once

#include <expected>
#include <memory>
#include <string>

#include "config/config.h"
#include "net/certificate_counters.h"
#include "net/certificate_source.h"
#include "ops/log.h"

namespace dynamo::webhook {

/// The source that the configuration asks for. Errors: self-managed outside a cluster.
[[nodiscard]] std::expected<std::unique_ptr<CertificateSource>, std::string> make_certificate_source(const Config& config,
                                                                                                    const Log& log,
                                                                                                    CertificateCounters& counters);

}  // namespace dynamo::webhook
