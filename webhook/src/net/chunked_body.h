#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.h"

namespace dynamo::webhook {

/// Decodes a body in chunks as it comes. Chunk extensions and bare line feeds are refused, trailers are skipped; the framing
/// is bounded as well as the body.
class ChunkedBody {
 public:
  explicit ChunkedBody(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Takes what it can from the front of `input` and appends the decoded bytes to `body`.
  [[nodiscard]] std::optional<Refusal> feed(std::string_view& input, std::string& body);
  [[nodiscard]] bool complete() const { return state_ == State::kComplete; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer, kComplete };
  static constexpr std::size_t kMaxTrailerBytes = 8192;

  /// The next line without its CRLF, once it is there as a whole.
  bool take_line(std::string_view& input, std::optional<Refusal>& refusal);
  std::optional<Refusal> read_size();

  std::size_t max_bytes_;
  State state_ = State::kSize;
  std::size_t left_ = 0;      ///< of the present chunk
  std::size_t total_ = 0;
  std::size_t trailer_ = 0;
  std::string line_;
};

}  // namespace dynamo::webhook
