#pragma once

#include <atomic>
#include <cstdint>

namespace dynamo::webhook {

/// How often a certificate was read anew, and how often that went wrong.
struct CertificateCounters {
  std::atomic<std::uint64_t> reads = 0;
  std::atomic<std::uint64_t> errors = 0;
};

}  // namespace dynamo::webhook
