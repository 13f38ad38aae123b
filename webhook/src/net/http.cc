#include "net/http.h"

#include <algorithm>
#include <charconv>

namespace dynamo::webhook {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

}  // namespace

std::string response(int status, std::string_view content_type, std::string_view body, bool close, std::string_view extra_headers) {
  constexpr std::size_t kHead = 160;   // bytes, or a few more
  std::string out;
  out.reserve(kHead + extra_headers.size() + body.size());
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason_phrase(status));
  out.append("\r\nContent-Type: ").append(content_type);
  out.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  if (close) out += "Connection: close\r\n";
  out.append(extra_headers).append("\r\n").append(body);
  return out;
}

std::string plain_response(int status, std::string_view text, bool close, std::string_view extra_headers) {
  return response(status, "text/plain; charset=utf-8", std::string(text) + "\n", close, extra_headers);
}

std::string_view query_value(std::string_view target, std::string_view name) {
  const std::size_t question = target.find('?');
  std::string_view query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return pair.substr(name.size() + 1);
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  return {};
}

std::optional<std::chrono::seconds> timeout_of(const HttpRequest& request) {
  const std::string_view text = query_value(request.target, "timeout");
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || std::string_view(end, text.data() + text.size()) != "s") return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace dynamo::webhook
