#pragma once

#include <memory>

#include "config/config.h"
#include "net/certificate_counters.h"
#include "net/certificate_source.h"
#include "ops/log.h"

namespace dynamo::webhook {

/// The source that the configuration asks for.
[[nodiscard]] std::unique_ptr<CertificateSource> make_certificate_source(const Config& config, const Log& log,
                                                                         CertificateCounters& counters);

}  // namespace dynamo::webhook
