#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

#include "net/http.h"
#include "net/limits.h"

namespace dynamo::webhook {

/// How the bytes after a head are delimited, and what else the connection layer has to know.
struct RequestHead {
  HttpRequest request;             ///< all but its body
  bool chunked = false;
  std::size_t content_length = 0;
  bool expects_continue = false;
};

/// Reads a whole head, its last empty line included. Strict where servers disagree about what a message is, since that is
/// what request smuggling is made of: no bare CR or LF, no folded lines, no white space before a colon, one Host, one
/// Content-Length of digits only, never a length beside a transfer coding, no coding but `chunked`.
[[nodiscard]] std::expected<RequestHead, Refusal> parse_head(std::string_view head, const Limits& limits);

}  // namespace dynamo::webhook
