#include "net/chunked_body.h"

#include <algorithm>
#include <charconv>

namespace dynamo::webhook {
namespace {

constexpr Refusal kMalformed{400, "malformed chunk"};
constexpr Refusal kTooLarge{413, "the body is too large"};
/// A size is at most 16 digits; a trailer line may be longer.
constexpr std::size_t kMaxSizeLine = 16;

}  // namespace

bool ChunkedBody::take_line(std::string_view& input, std::optional<Refusal>& refusal) {
  const std::size_t end = input.find('\n');
  const std::size_t taken = std::min(end == input.npos ? input.size() : end + 1, kMaxTrailerBytes + 2);
  line_.append(input.substr(0, taken));
  input.remove_prefix(taken);
  const std::size_t longest = state_ == State::kTrailer ? kMaxTrailerBytes : kMaxSizeLine;
  if (line_.size() > longest + 2) refusal = kMalformed;
  if (refusal || !line_.ends_with('\n')) return false;
  if (!line_.ends_with("\r\n")) {
    refusal = kMalformed;
    return false;
  }
  line_.resize(line_.size() - 2);
  return true;
}

std::optional<Refusal> ChunkedBody::read_size() {
  const auto [end, error] = std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16);
  if (line_.empty() || error != std::errc{} || end != line_.data() + line_.size()) return kMalformed;
  if (left_ > max_bytes_ - total_) return kTooLarge;
  total_ += left_;
  state_ = left_ == 0 ? State::kTrailer : State::kData;
  return {};
}

std::optional<Refusal> ChunkedBody::feed(std::string_view& input, std::string& body) {
  std::optional<Refusal> refusal;
  while (!input.empty() && !complete() && !refusal) {
    if (state_ == State::kData) {
      const std::size_t taken = std::min(left_, input.size());
      body.append(input.substr(0, taken));
      input.remove_prefix(taken);
      left_ -= taken;
      if (left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    if (!take_line(input, refusal)) continue;
    if (state_ == State::kSize) {
      refusal = read_size();
    } else if (state_ == State::kDataEnd) {
      if (!line_.empty()) refusal = kMalformed;
      state_ = State::kSize;
    } else {
      trailer_ += line_.size();
      if (trailer_ > kMaxTrailerBytes) refusal = Refusal{431, "too many trailers"};
      if (line_.empty()) state_ = State::kComplete;
    }
    line_.clear();
  }
  return refusal;
}

}  // namespace dynamo::webhook
