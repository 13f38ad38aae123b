#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/certificate_source.h"
#include "net/openssl.h"

namespace dynamo::webhook {

struct TlsOptions {
  bool only_13 = false;
  std::vector<std::string> client_names;   ///< accepted common names of client certificates; empty = any
};

/// What new connections are served with. A new certificate makes a whole new OpenSSL context; connections keep the one they
/// began with.
class TlsContext {
 public:
  explicit TlsContext(TlsOptions options) : options_(std::move(options)) {}

  /// Fit to be a CertificateSource's sink. Thread-safe.
  [[nodiscard]] std::expected<void, std::string> install(const CertificatePair& pair);

  /// For one new connection; nullptr before the first certificate.
  [[nodiscard]] SslPtr new_connection() const;
  /// Whether the client that finished its handshake may speak.
  [[nodiscard]] bool accepts(const SSL& connection) const;
  /// End of the serving certificate's life; nothing before the first certificate.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> expiry() const;

 private:
  struct Installed {
    SslCtxPtr context;
    std::chrono::system_clock::time_point expiry;
  };
  [[nodiscard]] std::shared_ptr<const Installed> installed() const;

  TlsOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Installed> installed_;   ///< guarded by mutex_
};

}  // namespace dynamo::webhook
