#include "net/socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace dynamo::webhook {
namespace {

/// Connections that may wait to be accepted; the kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 1024;

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

std::string reason() { return std::strerror(errno); }

Addresses resolve(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  return Addresses(found);
}

std::expected<BoundSocket, std::string> listen_at(const addrinfo& where) {
  Descriptor socket(::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return std::unexpected(reason());
  const int on = 1;
  const int off = 0;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where.ai_family == AF_INET6) setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(socket.get(), where.ai_addr, where.ai_addrlen) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return std::unexpected(reason());
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0) return std::unexpected(reason());
  const in_port_t port = bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                                     : reinterpret_cast<const sockaddr_in&>(bound).sin_port;
  return BoundSocket{std::move(socket), ntohs(port)};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

std::expected<BoundSocket, std::string> listen_on(const std::string& address, std::uint16_t port) {
  // `::` also takes IPv4; machines without IPv6 get 0.0.0.0.
  const std::string first = address.empty() ? "::" : address;
  std::string why = "not a numeric address";
  for (const std::string& candidate : {first, std::string(address.empty() ? "0.0.0.0" : "")}) {
    const Addresses found = candidate.empty() ? nullptr : resolve(candidate, port);
    if (!found) continue;
    auto socket = listen_at(*found);
    if (socket) return socket;
    why = socket.error();
  }
  return std::unexpected("cannot listen on " + (address.empty() ? "port" : address + " port") + " " + std::to_string(port) +
                         ": " + why);
}

std::size_t raise_open_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit raised = limit;
    raised.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur;
}

}  // namespace dynamo::webhook
