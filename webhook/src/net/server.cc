#include "net/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "net/router.h"

namespace dynamo::webhook {
namespace {

// Event data: connections have even numbers from 2 on, the rest odd ones.
constexpr std::uint64_t kWakeEvent = 1;
constexpr std::uint64_t event_of_listener(int descriptor) { return static_cast<std::uint64_t>(descriptor) * 2 + 3; }
constexpr int listener_of_event(std::uint64_t event) { return static_cast<int>((event - 3) / 2); }

/// Accepted in one go before others have a turn.
constexpr int kAcceptBurst = 64;
/// One TLS record.
constexpr std::size_t kScratchBytes = 16384;
/// A round of the loop that takes longer leaves the rest of its requests to the workers, so that nobody waits for long.
constexpr std::chrono::milliseconds kRoundTime{5};
constexpr std::string_view kRetryAfter = "Retry-After: 1\r\n";
/// Who connected just before the end of a drain has its first request on the way.
constexpr std::chrono::milliseconds kFreshGrace{1000};

bool watch(int epoll, int descriptor, std::uint32_t events, std::uint64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = data;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

/// Whether the client has given up.
bool given_up(const HttpRequest& request) {
  const auto timeout = timeout_of(request);
  return timeout && Clock::now() - request.started > *timeout;
}

}  // namespace

Server::Server(ServerOptions options, const TlsContext& tls)
    : options_(std::move(options)),
      budget_(options_.limits.buffered_bytes),
      phases_(options_.limits),
      scratch_(kScratchBytes),
      shared_{options_.limits, tls, budget_, phases_, scratch_},
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  watch(epoll_.get(), wake_.get(), EPOLLIN, kWakeEvent);
  queue_ = std::make_unique<WorkQueue>(options_.workers, options_.queue_depth, [this](Task& task) { work(task); });
}

Server::~Server() { queue_.reset(); }

std::expected<std::uint16_t, std::string> Server::listen(const std::string& address, std::uint16_t port, bool tls,
                                                         const Router& router) {
  auto bound = listen_on(address, port);
  if (!bound) return std::unexpected(bound.error());
  const int descriptor = bound->descriptor.get();
  if (!watch(epoll_.get(), descriptor, EPOLLIN, event_of_listener(descriptor))) {
    return std::unexpected(std::string("epoll: ") + std::strerror(errno));
  }
  listeners_.emplace(descriptor, Listener{std::move(bound->descriptor), tls, &router});
  return bound->port;
}

std::expected<void, std::string> Server::run() {
  std::array<epoll_event, 128> events{};
  for (;;) {
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_time());
    if (count < 0 && errno != EINTR) return std::unexpected(std::string("epoll: ") + std::strerror(errno));
    now_ = Clock::now();
    // Taken before the events: who gets on this list now waits for the next round.
    const std::vector<ConnectionId> ready = std::exchange(ready_, {});
    for (const epoll_event& event : std::span(events.data(), static_cast<std::size_t>(std::max(count, 0)))) {
      const std::uint64_t data = event.data.u64;
      if (data == kWakeEvent) {
        deliver();
      } else if (data % 2 == 0) {
        step(data, (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
      } else if (const auto listener = listeners_.find(listener_of_event(data)); listener != listeners_.end()) {
        accept_from(listener->second);
      }
    }
    for (const ConnectionId id : ready) step(id);
    expire();
    advance_drain();
    publish_phases();
    if (options_.after_round) options_.after_round();
    if (closed_idle_ && connections_.empty()) return {};
  }
}

int Server::wait_time() const {
  if (!ready_.empty()) return 0;
  std::optional<Clock::time_point> next = phases_.next_deadline();
  if (drain_since_) {
    const auto step = options_.drain_delay + (closed_idle_ ? options_.drain_timeout : std::chrono::milliseconds(0));
    next = std::min(next.value_or(Clock::time_point::max()), *drain_since_ + step);
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000));
}

// Connections ------------------------------------------------------------------------------------------------------------

void Server::accept_from(const Listener& listener) {
  for (int i = 0; i < kAcceptBurst; ++i) {
    Descriptor socket(accept4(listener.descriptor.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      admit(std::move(socket), listener);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      const auto victim = phases_.dispensable();
      if (!victim) return;
      erase(*victim, Ending::kEvicted);
    } else if (errno != ECONNABORTED && errno != EINTR) {
      return;
    }
  }
}

void Server::admit(Descriptor socket, const Listener& listener) {
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  if (connections_.size() >= options_.limits.connections) {
    const auto victim = phases_.dispensable();
    if (!victim) return;
    erase(*victim, Ending::kEvicted);
  }
  SslPtr tls = listener.tls ? shared_.tls.new_connection() : nullptr;
  if (listener.tls && !tls) return;   // no certificate yet
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int descriptor = socket.get();
  const ConnectionId id = next_id_ += 2;
  connections_.emplace(id, std::make_unique<Connection>(id, Transport(std::move(socket), std::move(tls)), *listener.router,
                                                        shared_, now_));
  if (!watch(epoll_.get(), descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, id)) erase(id, Ending::kEvicted);
}

void Server::step(ConnectionId id, bool ends) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = *found->second;
  if (ends) connection.expect_end();
  const Connection::Next next = connection.step(now_);
  take(connection, next == Connection::Next::kRequest ? serve(connection) : next);
}

void Server::take(Connection& connection, Connection::Next next) {
  if (const int status = connection.take_refused_status(); status != 0) {
    counters_.refused[static_cast<std::size_t>(status)].fetch_add(1, std::memory_order_relaxed);
  }
  switch (next) {
    case Connection::Next::kWait: return;
    case Connection::Next::kRequest:
    case Connection::Next::kAgain: ready_.push_back(connection.id()); return;
    case Connection::Next::kClose: erase(connection.id(), connection.ending()); return;
  }
}

void Server::erase(ConnectionId id, Ending ending) {
  counters_.endings[static_cast<std::size_t>(ending)].fetch_add(1, std::memory_order_relaxed);
  connections_.erase(id);
}

void Server::expire() {
  while (const auto id = phases_.overdue(now_)) erase(*id, Ending::kTimeout);
}

void Server::publish_phases() {
  for (std::size_t i = 0; i < kPhases; ++i) {
    counters_.phases[i].store(phases_.count(static_cast<Phase>(i)), std::memory_order_relaxed);
  }
}

// Requests ---------------------------------------------------------------------------------------------------------------

/// What needs no worker is answered on the spot: questions about the process, so that they work however busy the workers
/// are, and what takes less time than the way to another thread and back.
Connection::Next Server::serve(Connection& connection) {
  Task task{connection.id(), &connection.router(), connection.take_request(), false, connection.take_memory()};
  task.close = !task.request.keep_alive;
  const bool close = task.close || draining();
  if (given_up(task.request)) return connection.answer(expired(close), close, now_);
  if (task.request.method != "POST" || Clock::now() - now_ < kRoundTime) {
    if (auto response = task.router->respond_at_once(task.request, close)) {
      return connection.answer(*std::move(response), close, now_);
    }
  }
  if (queue_->push(task)) {
    connection.wait_for_answer(now_);
    return Connection::Next::kWait;
  }
  counters_.queue_full.fetch_add(1, std::memory_order_relaxed);
  return connection.answer(plain_response(503, "too many requests are waiting", close, kRetryAfter), close, now_);
}

std::string Server::expired(bool close) {
  counters_.expired.fetch_add(1, std::memory_order_relaxed);
  return plain_response(503, "the request waited longer than its timeout", close, kRetryAfter);
}

/// On a worker's thread.
void Server::work(Task& task) {
  const bool close = task.close || draining();
  Answer answer{task.connection, given_up(task.request) ? expired(close) : task.router->respond(task.request, close), close};
  bool first = false;
  {
    const std::lock_guard lock(answers_mutex_);
    first = answers_.empty();
    answers_.push_back(std::move(answer));
  }
  if (first) wake();
}

void Server::wake() const {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void Server::deliver() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_.get(), &count, sizeof count);
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(answers_mutex_);
    answers.swap(answers_);
  }
  for (Answer& answer : answers) {
    const auto found = connections_.find(answer.connection);
    if (found == connections_.end()) continue;   // the client has gone
    take(*found->second, found->second->answer(std::move(answer.response), answer.close, now_));
  }
}

// The end ----------------------------------------------------------------------------------------------------------------

void Server::drain() {
  draining_ = true;
  wake();
}

void Server::stop() {
  stopping_ = true;
  drain();
}

void Server::advance_drain() {
  if (!draining()) return;
  if (!drain_since_) drain_since_ = now_;
  const bool over = stopping_ || now_ >= *drain_since_ + options_.drain_delay;
  if (over && !closed_idle_) {
    // Who has been accepted by the kernel is served; the rest is refused from here on.
    for (const auto& [descriptor, listener] : listeners_) accept_from(listener);
    listeners_.clear();
    phases_.shorten(Phase::kFresh, kFreshGrace);
    closed_idle_ = true;
  }
  if (!closed_idle_) return;
  while (const auto id = phases_.front(Phase::kIdle)) {
    step(*id);   // its next request may have come with this very event
    if (phases_.front(Phase::kIdle) == id) erase(*id, Ending::kDrained);
  }
  if (stopping_ || now_ >= *drain_since_ + options_.drain_delay + options_.drain_timeout) {
    while (!connections_.empty()) erase(connections_.begin()->first, Ending::kDrained);
  }
}

}  // namespace dynamo::webhook
