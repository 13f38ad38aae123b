#pragma once

#include <expected>
#include <functional>
#include <string>

namespace dynamo::webhook {

/// A serving certificate with its chain, and the key to it, as PEM text.
struct CertificatePair {
  std::string chain_pem;
  std::string key_pem;
  std::string client_ca_pem;   ///< whose client certificates are required; empty = none are asked for
  friend bool operator==(const CertificatePair&, const CertificatePair&) = default;
};

/// Where the serving certificate comes from: files that somebody else renews, or our own authority.
class CertificateSource {
 public:
  /// Takes a pair into use for new connections; those that exist go on with theirs. The error says why the pair cannot
  /// be used (unreadable, key of another certificate …); the pair before it stays in use. May be called from any thread.
  using Sink = std::function<std::expected<void, std::string>(const CertificatePair&)>;

  CertificateSource() = default;
  CertificateSource(const CertificateSource&) = delete;
  CertificateSource& operator=(const CertificateSource&) = delete;
  virtual ~CertificateSource() = default;

  /// Gives `sink` the present pair, before returning where there is one, and each later one until stop().
  virtual void start(Sink sink) = 0;
  /// No call of the sink is running or will come after this returns.
  virtual void stop() = 0;
};

}  // namespace dynamo::webhook
