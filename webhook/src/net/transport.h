#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/openssl.h"
#include "net/socket.h"

namespace dynamo::webhook {

enum class IoStatus { kDone, kBlocked, kClosed };

struct IoResult {
  IoStatus status = IoStatus::kClosed;
  std::size_t bytes = 0;
  bool emptied = false;   ///< of a read: it took all that was there, so that more will come with an event of its own
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
  [[nodiscard]] std::uint64_t wire_bytes_read() const;

  Descriptor socket_;
  SslPtr tls_;
};

}  // namespace dynamo::webhook
