#include "net/connection.h"

#include <utility>

namespace dynamo::webhook {
namespace {

constexpr std::string_view kRetryAfter = "Retry-After: 1\r\n";
/// What one connection may read before the others have a turn.
constexpr std::size_t kTurnBytes = 256u << 10;
/// What a refused client may still send before its connection is cut.
constexpr std::size_t kLingerBytes = 16u << 20;
/// Requests small enough to be left out of the shared budget: the number of connections bounds them.
constexpr std::size_t kFreeBytes = 64u << 10;

}  // namespace

Connection::Connection(ConnectionId id, Transport transport, const Router& router, Shared& shared, Clock::time_point now)
    : id_(id),
      transport_(std::move(transport)),
      router_(router),
      shared_(shared),
      place_(shared.phases.add(id, transport_.tls() != nullptr ? Phase::kHandshake : Phase::kFresh, now)),
      reader_(shared.limits),
      memory_(shared.budget) {}

Connection::Next Connection::step(Clock::time_point now) {
  switch (phase()) {
    case Phase::kHandshake: return shake_hands(now);
    case Phase::kFresh:
    case Phase::kIdle:
    case Phase::kHead:
    case Phase::kBody: return read(now);
    case Phase::kWriting:
      unread_ = true;   // the event may also be one of the other direction
      return write(now);
    case Phase::kLingering: return linger();
    case Phase::kWorking: unread_ = true; return Next::kWait;
  }
  return Next::kWait;
}

Connection::Next Connection::shake_hands(Clock::time_point now) {
  const IoStatus status = transport_.handshake();
  if (status == IoStatus::kBlocked) return Next::kWait;
  if (status == IoStatus::kClosed) return close(Ending::kHandshake);
  if (!shared_.tls.accepts(*transport_.tls())) return close(Ending::kClientName);
  enter(Phase::kFresh, now);
  return read(now);
}

Connection::Next Connection::read(Clock::time_point now) {
  // It may have come with the request before.
  if (const Next next = take_in(now); next != Next::kAgain) return next;
  for (std::size_t turn = 0; turn < kTurnBytes;) {
    const IoResult got = transport_.read(shared_.scratch);
    if (got.status == IoStatus::kClosed) return close(Ending::kClient);
    if (got.status == IoStatus::kBlocked) {
      unread_ = false;
      return Next::kWait;
    }
    turn += got.bytes;
    unread_ = unread_ || !got.emptied;
    reader_.feed(std::string_view(shared_.scratch.data(), got.bytes));
    if (const Next next = take_in(now); next != Next::kAgain) return next;
    if (!unread_) return Next::kWait;
  }
  return Next::kAgain;
}

/// Acts on what the reader knows now; kAgain = it needs more bytes.
Connection::Next Connection::take_in(Clock::time_point now) {
  const RequestReader::State state = reader_.state();
  if (state == RequestReader::State::kEmpty) return Next::kAgain;
  if (phase() == Phase::kFresh || phase() == Phase::kIdle) {
    request_started_ = now;
    enter(Phase::kHead, now);
  }
  if (state == RequestReader::State::kRefused) {
    return refuse(reader_.refusal().status, reader_.refusal().reason, {}, now);
  }
  if (reader_.buffered() > kFreeBytes && !memory_.resize(reader_.buffered())) {
    return refuse(503, "too many large requests at once", kRetryAfter, now);
  }
  if (state == RequestReader::State::kComplete) return Next::kRequest;
  if (state == RequestReader::State::kBody && phase() == Phase::kHead) enter(Phase::kBody, now);
  if (reader_.take_continue()) {
    // Fits into the empty socket buffer of a client that waits. Nobody else needs it, and a part of it would spoil the answer.
    constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    if (transport_.write(kGoOn).bytes != kGoOn.size()) return close(Ending::kClient);
  }
  return Next::kAgain;
}

HttpRequest Connection::take_request() {
  HttpRequest request = reader_.take();
  request.started = request_started_;
  return request;
}

MemoryLease Connection::take_memory() { return std::exchange(memory_, MemoryLease(shared_.budget)); }

Connection::Next Connection::answer(std::string response, bool close, Clock::time_point now) {
  output_ = std::move(response);
  written_ = 0;
  close_after_ = close;
  // Closing with unread bytes would reset the connection, and the client would never see the answer.
  linger_after_ = reader_.has_more() || unread_;
  enter(Phase::kWriting, now);
  return write(now);
}

Connection::Next Connection::refuse(int status, std::string_view reason, std::string_view extra_headers, Clock::time_point now) {
  refused_ = status;
  reader_.discard();
  memory_ = MemoryLease(shared_.budget);   // the old part goes back
  return answer(plain_response(status, reason, true, extra_headers), true, now);
}

Connection::Next Connection::write(Clock::time_point now) {
  while (written_ < output_.size()) {
    const IoResult sent = transport_.write(std::string_view(output_).substr(written_));
    if (sent.status == IoStatus::kBlocked) return Next::kWait;
    if (sent.status == IoStatus::kClosed) return close(Ending::kClient);
    written_ += sent.bytes;
  }
  release(output_);
  if (!close_after_) {
    enter(Phase::kIdle, now);
    return unread_ || reader_.has_more() ? Next::kAgain : Next::kWait;
  }
  transport_.finish();
  if (!linger_after_) return close(Ending::kAnswered);
  enter(Phase::kLingering, now);
  return linger();
}

Connection::Next Connection::linger() {
  for (std::size_t turn = 0; turn < kTurnBytes;) {
    const IoResult got = transport_.discard(shared_.scratch);
    if (got.status == IoStatus::kBlocked) return Next::kWait;
    turn += got.bytes;
    discarded_ += got.bytes;
    if (got.status == IoStatus::kClosed || discarded_ > kLingerBytes) return close(Ending::kAnswered);
  }
  return Next::kAgain;
}

Connection::Next Connection::close(Ending ending) {
  ending_ = ending;
  return Next::kClose;
}

}  // namespace dynamo::webhook
