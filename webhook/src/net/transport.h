#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/openssl.h"
#include "net/socket.h"

namespace dynamo::webhook {

enum class IoStatus { kDone, kBlocked, kClosed };

struct IoResult {
  IoStatus status = IoStatus::kClosed;
  std::size_t bytes = 0;
};

/// The bytes of one connection, with or without TLS. Never blocks.
class Transport {
 public:
  /// Without `tls` the bytes go as they are.
  Transport(Descriptor socket, SslPtr tls);

  [[nodiscard]] IoStatus handshake();
  [[nodiscard]] IoResult read(std::span<char> into);
  [[nodiscard]] IoResult write(std::string_view from);
  /// Says goodbye and half-closes, so that what was written still arrives.
  void finish();
  /// Throws away what the client still sends, undecrypted.
  [[nodiscard]] IoResult discard(std::span<char> scratch) const;

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] const SSL* tls() const { return tls_.get(); }

 private:
  [[nodiscard]] IoStatus status_of(int result) const;

  Descriptor socket_;
  SslPtr tls_;
};

}  // namespace dynamo::webhook
