#pragma once

#include <chrono>
#include <cstddef>

namespace dynamo::webhook {

/// What one client, and all together, may take of this process.
struct Limits {
  std::size_t head_bytes = 32u << 10;     ///< request line and headers; the API server sends about 400 bytes
  std::size_t target_bytes = 2048;
  std::size_t header_lines = 100;
  std::size_t body_bytes = 7u << 20;
  std::size_t buffered_bytes = 64u << 20;   ///< request bodies of all connections
  std::size_t connections = 1024;

  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds head{5000};     ///< from the first byte of a request to the end of its head
  std::chrono::milliseconds body{10000};
  std::chrono::milliseconds write{10000};
  std::chrono::milliseconds idle{120000};
  std::chrono::milliseconds linger{2000};   ///< to let a refused client read the refusal before the connection goes
};

}  // namespace dynamo::webhook
