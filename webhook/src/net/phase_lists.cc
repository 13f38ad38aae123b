#include "net/phase_lists.h"

#include <algorithm>

namespace dynamo::webhook {
namespace {

constexpr std::chrono::milliseconds kUnlimited{-1};

}  // namespace

// In the order of Phase. Work has its own bound: the deadline of the estimate.
PhaseLists::PhaseLists(const Limits& limits)
    : allowed_{limits.handshake, limits.idle, limits.idle, limits.head, limits.body, kUnlimited, limits.write, limits.linger} {}

PhaseLists::Place PhaseLists::add(ConnectionId connection, Phase phase, Clock::time_point now) {
  return list(phase).insert(list(phase).end(), Entry{connection, phase, now});
}

void PhaseLists::move(Place place, Phase phase, Clock::time_point now) {
  list(phase).splice(list(phase).end(), list(place->phase), place);
  place->phase = phase;
  place->since = now;
}

void PhaseLists::remove(Place place) { list(place->phase).erase(place); }

void PhaseLists::shorten(Phase phase, std::chrono::milliseconds most) {
  std::chrono::milliseconds& allowed = allowed_[static_cast<std::size_t>(phase)];
  allowed = std::min(allowed, most);
}

std::optional<ConnectionId> PhaseLists::overdue(Clock::time_point now) const {
  for (std::size_t i = 0; i < kPhases; ++i) {
    if (lists_[i].empty() || allowed_[i] == kUnlimited) continue;
    if (lists_[i].front().since + allowed_[i] <= now) return lists_[i].front().connection;
  }
  return std::nullopt;
}

std::optional<Clock::time_point> PhaseLists::next_deadline() const {
  std::optional<Clock::time_point> next;
  for (std::size_t i = 0; i < kPhases; ++i) {
    if (lists_[i].empty() || allowed_[i] == kUnlimited) continue;
    const Clock::time_point at = lists_[i].front().since + allowed_[i];
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

std::optional<ConnectionId> PhaseLists::dispensable() const {
  for (const Phase phase : {Phase::kLingering, Phase::kHandshake, Phase::kFresh, Phase::kHead, Phase::kBody, Phase::kIdle,
                            Phase::kWriting}) {
    if (const auto connection = front(phase)) return connection;
  }
  return std::nullopt;
}

std::optional<ConnectionId> PhaseLists::front(Phase phase) const {
  const std::list<Entry>& entries = lists_[static_cast<std::size_t>(phase)];
  if (entries.empty()) return std::nullopt;
  return entries.front().connection;
}

}  // namespace dynamo::webhook
