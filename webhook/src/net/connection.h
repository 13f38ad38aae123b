#pragma once

#include <span>
#include <string>

#include "net/memory_budget.h"
#include "net/phase_lists.h"
#include "net/request_reader.h"
#include "net/tls_context.h"
#include "net/transport.h"

namespace dynamo::webhook {

class Router;

/// Why a connection ended; the label of a counter.
enum class Ending { kClient, kAnswered, kTimeout, kHandshake, kClientName, kEvicted, kDrained };
inline constexpr std::size_t kEndings = 7;

[[nodiscard]] constexpr std::string_view name_of(Ending ending) {
  constexpr std::string_view kNames[kEndings] = {"client", "answered", "timeout", "handshake", "client_name", "evicted", "drained"};
  return kNames[static_cast<std::size_t>(ending)];
}

/// One connection and what it is doing. Belongs to the loop's thread.
class Connection {
 public:
  /// What the loop has to do after a step.
  enum class Next {
    kWait,      ///< for news from the socket, the workers or the clock
    kAgain,     ///< there is more to do at once, but others come first
    kRequest,   ///< take_request() has one
    kClose,     ///< see ending()
  };

  struct Shared {
    const Limits& limits;
    const TlsContext& tls;
    MemoryBudget& budget;
    PhaseLists& phases;
    std::span<char> scratch;   ///< to read into
  };

  Connection(ConnectionId id, Transport transport, const Router& router, Shared& shared, Clock::time_point now);
  ~Connection() { shared_.phases.remove(place_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Goes on until it has to wait. To be called at each event of the socket.
  [[nodiscard]] Next step(Clock::time_point now);
  /// The client sends nothing any more: there is an end to be read, and no further event will tell of it.
  void expect_end() { unread_ = true; }

  /// The request of Next::kRequest; answer() has to follow, at once or after wait_for_answer().
  [[nodiscard]] HttpRequest take_request();
  /// The memory that request holds; goes with it to the worker.
  [[nodiscard]] MemoryLease take_memory();
  void wait_for_answer(Clock::time_point now) { enter(Phase::kWorking, now); }
  /// Sends a response; never Next::kRequest. With `close` the connection ends after it.
  [[nodiscard]] Next answer(std::string response, bool close, Clock::time_point now);

  [[nodiscard]] Phase phase() const { return place_->phase; }
  [[nodiscard]] ConnectionId id() const { return id_; }
  [[nodiscard]] const Router& router() const { return router_; }
  [[nodiscard]] Ending ending() const { return ending_; }
  /// Of the request that was refused last, 0 = none yet; for the counters.
  [[nodiscard]] int take_refused_status() { return std::exchange(refused_, 0); }

 private:
  [[nodiscard]] Next shake_hands(Clock::time_point now);
  [[nodiscard]] Next read(Clock::time_point now);
  [[nodiscard]] Next take_in(Clock::time_point now);
  [[nodiscard]] Next write(Clock::time_point now);
  [[nodiscard]] Next linger();
  [[nodiscard]] Next close(Ending ending);
  [[nodiscard]] Next refuse(int status, std::string_view reason, std::string_view extra_headers, Clock::time_point now);
  void enter(Phase phase, Clock::time_point now) { shared_.phases.move(place_, phase, now); }

  ConnectionId id_;
  Transport transport_;
  const Router& router_;
  Shared& shared_;
  PhaseLists::Place place_;
  RequestReader reader_;
  MemoryLease memory_;
  Clock::time_point request_started_{};
  bool unread_ = false;        ///< the socket may hold bytes that no event will tell of
  std::string output_;
  std::size_t written_ = 0;
  bool close_after_ = false;
  bool linger_after_ = false;
  std::size_t discarded_ = 0;
  int refused_ = 0;
  Ending ending_ = Ending::kClient;
};

}  // namespace dynamo::webhook
