#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/connection.h"
#include "net/work_queue.h"

namespace dynamo::webhook {

struct ServerOptions {
  Limits limits;
  std::size_t workers = 1;
  std::size_t queue_depth = 256;
  std::chrono::milliseconds drain_delay{15000};     ///< how long to go on accepting once drain() was called
  std::chrono::milliseconds drain_timeout{30000};   ///< how long to wait then for what is under way
  std::function<void()> after_round;                ///< called by the loop's thread when it has handled some events
};

/// Figures of the server; read from any thread.
struct ServerCounters {
  std::atomic<std::uint64_t> accepted = 0;
  std::array<std::atomic<std::uint64_t>, kEndings> endings{};
  std::array<std::atomic<std::uint64_t>, kPhases> phases{};          ///< connections now in each phase
  std::atomic<std::uint64_t> queue_full = 0;
  std::atomic<std::uint64_t> expired = 0;                            ///< waited longer than the client would
  std::array<std::atomic<std::uint64_t>, 600> refused{};             ///< by status, before any endpoint saw the request
};

/// One thread that accepts, shakes hands, reads and writes for all connections, and answers what takes no time; workers that
/// only see whole requests.
/// An idle or slow client costs a file descriptor and some kilobytes, never a thread.
class Server {
 public:
  Server(ServerOptions options, const TlsContext& tls);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Before run(). Returns the port in use. `router` must outlive the server.
  [[nodiscard]] std::expected<std::uint16_t, std::string> listen(const std::string& address, std::uint16_t port, bool tls,
                                                                 const Router& router);
  /// Serves until a drain has ended. The error is one that leaves nothing to serve with.
  [[nodiscard]] std::expected<void, std::string> run();

  // From any thread:
  /// Goes on for the drain delay, with every answer the last of its connection; then stops accepting, closes what is idle,
  /// waits for the rest and lets run() return.
  void drain();
  /// Cuts the drain short.
  void stop();
  [[nodiscard]] bool draining() const { return draining_.load(); }
  [[nodiscard]] const ServerCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t waiting() const { return queue_ ? queue_->waiting() : 0; }
  [[nodiscard]] std::size_t buffered() const { return budget_.used(); }

 private:
  struct Listener {
    Descriptor descriptor;
    bool tls = false;
    const Router* router = nullptr;
  };
  struct Answer {
    ConnectionId connection = 0;
    std::string response;
    bool close = false;
  };

  void wake() const;
  void work(Task& task);
  void deliver();
  void accept_from(const Listener& listener);
  void admit(Descriptor socket, const Listener& listener);
  /// `ends`: the client has closed its side.
  void step(ConnectionId id, bool ends = false);
  void take(Connection& connection, Connection::Next next);
  [[nodiscard]] Connection::Next serve(Connection& connection);
  [[nodiscard]] std::string expired(bool close);
  void erase(ConnectionId id, Ending ending);
  void expire();
  void advance_drain();
  void publish_phases();
  [[nodiscard]] int wait_time() const;

  ServerOptions options_;
  MemoryBudget budget_;
  PhaseLists phases_;
  std::vector<char> scratch_;
  Connection::Shared shared_;
  Descriptor epoll_;
  Descriptor wake_;
  std::map<int, Listener> listeners_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::vector<ConnectionId> ready_;       ///< have more to do at once
  ConnectionId next_id_ = 0;
  Clock::time_point now_{};

  std::atomic<bool> draining_ = false;
  std::atomic<bool> stopping_ = false;
  std::optional<Clock::time_point> drain_since_;
  bool closed_idle_ = false;

  std::mutex answers_mutex_;
  std::vector<Answer> answers_;           ///< guarded by answers_mutex_
  ServerCounters counters_;
  std::unique_ptr<WorkQueue> queue_;      ///< last: its workers use what is above
};

}  // namespace dynamo::webhook
