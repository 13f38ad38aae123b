#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynamo::webhook {

/// One complete request, as far as anything here looks at it.
struct HttpRequest {
  std::string method;
  std::string target;          ///< with its query
  std::string content_type;
  bool keep_alive = true;      ///< the client's wish
  std::string body;
  std::chrono::steady_clock::time_point started{};   ///< its first byte
};

/// What an endpoint answers.
struct HttpReply {
  int status = 200;
  std::string content_type;
  std::string body;
};

/// Why a request was refused before any endpoint saw it; its connection is closed after the answer.
struct Refusal {
  int status = 0;
  std::string_view reason;     ///< for the client; never quotes what it sent
};

/// A whole response.
[[nodiscard]] std::string response(int status, std::string_view content_type, std::string_view body, bool close,
                                   std::string_view extra_headers = {});
/// One of the connection layer itself: a line of text.
[[nodiscard]] std::string plain_response(int status, std::string_view text, bool close, std::string_view extra_headers = {});

/// Empties `text` and gives its memory back, which assigning an empty string does not.
inline void release(std::string& text) { std::string().swap(text); }

/// The value of `name` in the query of a target; empty where it is absent.
[[nodiscard]] std::string_view query_value(std::string_view target, std::string_view name);

/// How long the client waits for an answer in all, as the API server says it: `?timeout=5s`. Nothing where it does not say so.
[[nodiscard]] std::optional<std::chrono::seconds> timeout_of(const HttpRequest& request);

}  // namespace dynamo::webhook
