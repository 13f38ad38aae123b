#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::webhook {

using TimePoint = std::chrono::system_clock::time_point;

/// A certificate and its key, as PEM text.
struct KeyPair {
  std::string certificate_pem;
  std::string key_pem;
  friend bool operator==(const KeyPair&, const KeyPair&) = default;
};

/// From when to when a certificate is good.
struct Validity {
  TimePoint from, to;

  /// The time to replace it: two thirds through, so that there is a third left to try again.
  [[nodiscard]] TimePoint renewal() const { return from + (to - from) / 3 * 2; }
};

/// Clocks differ: a certificate of that life is good from so much before it was made.
[[nodiscard]] std::chrono::seconds backdating(std::chrono::seconds life);

/// A new self-signed authority with an own P-256 key, good for `life` from `now`.
[[nodiscard]] std::expected<KeyPair, std::string> make_authority(std::string_view name, TimePoint now,
                                                                 std::chrono::seconds life);

/// A new serving certificate for `dns_names` (at least one), signed by `authority`, good for `life` but no longer than the
/// authority is. Names that are IP addresses are entered as such.
[[nodiscard]] std::expected<KeyPair, std::string> issue_leaf(const KeyPair& authority, const std::vector<std::string>& dns_names,
                                                             TimePoint now, std::chrono::seconds life);

/// Of the first certificate in the text.
[[nodiscard]] std::expected<Validity, std::string> validity_of(std::string_view certificate_pem);

/// Whether `key` belongs to the certificate and both can be read.
[[nodiscard]] bool belong_together(const KeyPair& pair);

[[nodiscard]] bool signed_by(std::string_view certificate_pem, std::string_view authority_pem);

}  // namespace dynamo::webhook
