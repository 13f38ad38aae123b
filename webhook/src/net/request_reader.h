#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/chunked_body.h"
#include "net/request_head.h"

namespace dynamo::webhook {

/// Cuts the bytes of one connection into requests, one at a time. Pure: no socket, no clock.
class RequestReader {
 public:
  enum class State { kEmpty, kHead, kBody, kComplete, kRefused };

  explicit RequestReader(const Limits& limits) : limits_(limits) {}

  /// Adds bytes of the client. Once the state is kComplete or kRefused more bytes are only kept, not looked at.
  State feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  /// The client waits for `100 Continue` before it sends the body. True once per request.
  [[nodiscard]] bool take_continue();
  /// Bytes held, for the budget that all connections share. Room that a buffer keeps beyond them has never been written, so
  /// it costs no memory.
  [[nodiscard]] std::size_t buffered() const { return input_.size() + body_.size(); }
  /// After take(): the client did not wait for the answer, and some or all of its next request is here.
  [[nodiscard]] bool has_more() const { return state_ != State::kEmpty; }

  /// Lets go of all it holds: the connection reads no request any more.
  void discard() {
    release(input_);
    release(body_);
  }

  /// The complete request; the reader then looks at what came after it.
  [[nodiscard]] HttpRequest take();

 private:
  void advance();
  void find_head();
  /// Takes from the front of `bytes` what belongs to the body.
  void read_body(std::string_view& bytes);
  void refuse(Refusal refusal);

  const Limits& limits_;
  State state_ = State::kEmpty;
  std::string input_;          ///< not yet looked at
  std::size_t scanned_ = 0;    ///< of input_, known to hold no end of the head
  RequestHead head_;
  std::optional<ChunkedBody> chunks_;
  std::string body_;
  Refusal refusal_;
};

}  // namespace dynamo::webhook
