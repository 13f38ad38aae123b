#include "net/transport.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include <openssl/err.h>

namespace dynamo::webhook {
namespace {

IoResult plain(ssize_t result) {
  if (result > 0) return {IoStatus::kDone, static_cast<std::size_t>(result)};
  const bool later = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return {later ? IoStatus::kBlocked : IoStatus::kClosed, 0};
}

}  // namespace

Transport::Transport(Descriptor socket, SslPtr tls) : socket_(std::move(socket)), tls_(std::move(tls)) {
  if (!tls_) return;
  SSL_set_fd(tls_.get(), socket_.get());
  SSL_set_accept_state(tls_.get());
}

IoStatus Transport::status_of(int result) const {
  const int error = SSL_get_error(tls_.get(), result);
  // With edge-triggered events either direction's news leads to another try, so both kinds of waiting are one.
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? IoStatus::kBlocked : IoStatus::kClosed;
}

IoStatus Transport::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  return result == 1 ? IoStatus::kDone : status_of(result);
}

IoResult Transport::read(std::span<char> into) {
  if (!tls_) {
    IoResult got = plain(::recv(socket_.get(), into.data(), into.size(), 0));
    got.emptied = got.bytes < into.size();
    return got;
  }
  ERR_clear_error();
  const bool held_some = SSL_has_pending(tls_.get()) == 1;
  const std::uint64_t before = wire_bytes_read();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(tls_.get(), into.data(), into.size(), &bytes);
  if (result != 1) return {status_of(result), 0};
  // Reading ahead, OpenSSL asks the socket for as much as its buffer takes: less than that has emptied the socket.
  const bool short_read = wire_bytes_read() - before < SSL3_RT_MAX_PLAIN_LENGTH;
  return {IoStatus::kDone, bytes, short_read && !held_some && SSL_has_pending(tls_.get()) == 0};
}

std::uint64_t Transport::wire_bytes_read() const { return BIO_number_read(SSL_get_rbio(tls_.get())); }

IoResult Transport::write(std::string_view from) {
  if (!tls_) return plain(::send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL));
  ERR_clear_error();
  std::size_t bytes = 0;
  const int result = SSL_write_ex(tls_.get(), from.data(), from.size(), &bytes);
  return result == 1 ? IoResult{IoStatus::kDone, bytes} : IoResult{status_of(result), 0};
}

void Transport::finish() {
  if (tls_ && SSL_is_init_finished(tls_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

IoResult Transport::discard(std::span<char> scratch) const {
  return plain(::recv(socket_.get(), scratch.data(), scratch.size(), 0));
}

}  // namespace dynamo::webhook
