#include "net/request_reader.h"

#include <algorithm>
#include <utility>

namespace dynamo::webhook {
namespace {

constexpr std::size_t kFirstReserve = 64u << 10;

}  // namespace

RequestReader::State RequestReader::feed(std::string_view bytes) {
  // A body goes where it will stay, not through the buffer of what is still to be looked at.
  if (state_ == State::kBody && input_.empty()) read_body(bytes);
  if (state_ == State::kRefused) return state_;
  input_.append(bytes);
  advance();
  return state_;
}

void RequestReader::advance() {
  if (state_ == State::kEmpty && !input_.empty()) state_ = State::kHead;
  if (state_ == State::kHead) find_head();
  if (state_ != State::kBody) return;
  std::string_view rest = input_;
  read_body(rest);
  if (rest.empty()) input_.clear();
  else input_.erase(0, input_.size() - rest.size());
}

/// Looks for the empty line, and refuses at the first byte that no head may hold rather than wait for more of it.
void RequestReader::find_head() {
  for (; scanned_ < input_.size(); ++scanned_) {
    const char c = input_[scanned_];
    if (scanned_ >= limits_.head_bytes) return refuse({431, "the request head is too large"});
    if (c == '\0') return refuse({400, "control character in the request head"});
    if (c == '\r' && scanned_ + 1 < input_.size() && input_[scanned_ + 1] != '\n') {
      return refuse({400, "bare carriage return in the request head"});
    }
    if (c != '\n') continue;
    if (scanned_ == 0 || input_[scanned_ - 1] != '\r') return refuse({400, "bare line feed in the request head"});
    if (scanned_ == 1) return refuse({400, "malformed request line"});
    if (scanned_ < 3 || input_[scanned_ - 2] != '\n') continue;

    const std::size_t size = scanned_ + 1;
    auto head = parse_head(std::string_view(input_).substr(0, size), limits_);
    if (!head) return refuse(head.error());
    head_ = std::move(*head);
    input_.erase(0, size);
    scanned_ = 0;
    chunks_.reset();
    if (head_.chunked) chunks_.emplace(limits_.body_bytes);
    state_ = State::kBody;
    return;
  }
}

void RequestReader::read_body(std::string_view& bytes) {
  if (chunks_) {
    if (const auto refusal = chunks_->feed(bytes, body_)) {
      bytes = {};
      return refuse(*refusal);
    }
    if (chunks_->complete()) state_ = State::kComplete;
    return;
  }
  const std::size_t taken = std::min(bytes.size(), head_.content_length - body_.size());
  // Once for the usual body, doubling for a large one; never more than was announced, and what was announced only as it comes.
  if (body_.size() + taken > body_.capacity()) {
    body_.reserve(std::min(head_.content_length, std::max(kFirstReserve, 2 * (body_.size() + taken))));
  }
  body_.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  if (body_.size() == head_.content_length) state_ = State::kComplete;
}

void RequestReader::refuse(Refusal refusal) {
  refusal_ = refusal;
  state_ = State::kRefused;
  discard();
}

bool RequestReader::take_continue() {
  return state_ == State::kBody && body_.empty() && std::exchange(head_.expects_continue, false);
}

HttpRequest RequestReader::take() {
  HttpRequest request = std::move(head_.request);
  request.body = std::exchange(body_, {});
  head_ = {};
  chunks_.reset();
  if (input_.empty()) release(input_);   // an idle connection holds no buffer
  state_ = State::kEmpty;
  advance();
  return request;
}

}  // namespace dynamo::webhook
