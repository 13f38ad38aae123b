#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>

#include "net/limits.h"
#include "net/phase.h"

namespace dynamo::webhook {

using Clock = std::chrono::steady_clock;
using ConnectionId = std::uint64_t;

/// The connections of each phase, longest there first. A phase allows everybody the same time, so the next deadline is
/// always at a front: nothing to sort, nothing to search.
class PhaseLists {
 public:
  struct Entry {
    ConnectionId connection = 0;
    Phase phase = Phase::kHandshake;
    Clock::time_point since{};
  };
  using Place = std::list<Entry>::iterator;

  explicit PhaseLists(const Limits& limits);

  [[nodiscard]] Place add(ConnectionId connection, Phase phase, Clock::time_point now);
  /// A move to the phase it is in already starts its time anew.
  void move(Place place, Phase phase, Clock::time_point now);
  void remove(Place place);

  /// Allows less time from here on, also to those that are in the phase.
  void shorten(Phase phase, std::chrono::milliseconds most);

  /// A connection whose time is over.
  [[nodiscard]] std::optional<ConnectionId> overdue(Clock::time_point now) const;
  /// When the next one will be.
  [[nodiscard]] std::optional<Clock::time_point> next_deadline() const;
  /// The one to close where there are too many: never one that is being answered.
  [[nodiscard]] std::optional<ConnectionId> dispensable() const;
  [[nodiscard]] std::optional<ConnectionId> front(Phase phase) const;
  [[nodiscard]] std::size_t count(Phase phase) const { return lists_[static_cast<std::size_t>(phase)].size(); }

 private:
  std::list<Entry>& list(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

  std::array<std::chrono::milliseconds, kPhases> allowed_;   ///< negative: no limit
  std::array<std::list<Entry>, kPhases> lists_;
};

}  // namespace dynamo::webhook
