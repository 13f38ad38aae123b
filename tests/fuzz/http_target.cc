#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "net/request_reader.h"
#include "targets.h"

namespace dynamo::fuzz {
namespace {

using webhook::Limits;
using webhook::RequestReader;

void require(bool condition, const char* what, std::string_view text) {
  if (!condition) {
    std::fprintf(stderr, "%s:\n%.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
  }
}

constexpr Limits kLimits{.head_bytes = 1024, .target_bytes = 128, .header_lines = 8, .body_bytes = 256};

/// What a connection that comes in pieces of `step` bytes is understood as: the requests, then how it ends.
std::string understood(std::string_view text, std::size_t step) {
  std::string story;
  RequestReader reader(kLimits);
  while (!text.empty() && reader.state() != RequestReader::State::kRefused) {
    const std::string_view piece = text.substr(0, step);
    text.remove_prefix(piece.size());
    reader.feed(piece);
    while (reader.state() == RequestReader::State::kComplete) {
      const webhook::HttpRequest request = reader.take();
      require(request.body.size() <= kLimits.body_bytes && request.target.size() <= kLimits.target_bytes, "over the limits", request.target);
      story += request.method + " " + request.target + " " + request.content_type + (request.keep_alive ? " keep " : " close ") + request.body + "\n";
    }
    require(reader.buffered() <= kLimits.head_bytes + kLimits.body_bytes + step + 2, "more held than allowed", piece);
  }
  if (reader.state() == RequestReader::State::kRefused) {
    const int status = reader.refusal().status;
    require(status >= 400 && status < 600 && !reader.refusal().reason.empty(), "a refusal without status or reason", story);
    story += std::to_string(status);
  }
  return story;
}

}  // namespace

void check_http(std::string_view text) {
  const std::string whole = understood(text, std::max<std::size_t>(text.size(), 1));
  for (const std::size_t step : {1u, 2u, 7u}) {
    require(understood(text, step) == whole, "the pieces in which bytes come make a difference", text);
  }
}

}  // namespace dynamo::fuzz
