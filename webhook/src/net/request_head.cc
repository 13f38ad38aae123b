#include "net/request_head.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace dynamo::webhook {
namespace {

using Verdict = std::optional<Refusal>;

bool is_token(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.find(c) != std::string_view::npos;
  });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool lists_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(list.size(), comma + 1));
  }
  return false;
}

/// Reads one head line by line; each field's meaning is in one function.
class HeadParser {
 public:
  explicit HeadParser(const Limits& limits) : limits_(limits) {}

  std::expected<RequestHead, Refusal> parse(std::string_view text) {
    bool first = true;
    std::size_t lines = 0;
    while (text != "\r\n") {
      const std::size_t end = text.find("\r\n");
      const std::string_view line = text.substr(0, end);
      if (const Verdict refused = first ? request_line(line) : header_line(line)) return std::unexpected(*refused);
      if (!first && ++lines > limits_.header_lines) return std::unexpected(Refusal{431, "too many header lines"});
      first = false;
      text.remove_prefix(end + 2);
    }
    if (const Verdict refused = whole()) return std::unexpected(*refused);
    return std::move(head_);
  }

 private:
  Verdict request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == line.npos || method_end == target_end) return Refusal{400, "malformed request line"};
    const std::string_view method = line.substr(0, method_end);
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = line.substr(target_end + 1);
    if (!is_token(method)) return Refusal{400, "malformed method"};
    if (target.size() > limits_.target_bytes) return Refusal{414, "the target is too long"};
    if (!target.starts_with('/') || !std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7F; })) {
      return Refusal{400, "malformed target"};
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
    old_version_ = version == "HTTP/1.0";
    head_.request.method = method;
    head_.request.target = target;
    return {};
  }

  Verdict header_line(std::string_view line) {
    if (line.starts_with(' ') || line.starts_with('\t')) return Refusal{400, "folded header lines are not accepted"};
    const std::size_t colon = line.find(':');
    if (colon == line.npos || !is_token(line.substr(0, colon))) return Refusal{400, "malformed header line"};
    const std::string_view value = trimmed(line.substr(colon + 1));
    const bool clean = std::ranges::all_of(value, [](char c) { return (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) || c == '\t'; });
    if (!clean) return Refusal{400, "control character in a header"};
    return header(line.substr(0, colon), value);
  }

  Verdict header(std::string_view name, std::string_view value) {
    if (same_word(name, "Host")) return once(has_host_);
    if (same_word(name, "Content-Length")) return content_length(value);
    if (same_word(name, "Transfer-Encoding")) return transfer_encoding(value);
    if (same_word(name, "Content-Type")) {
      head_.request.content_type = value;
      return once(has_type_);
    }
    if (same_word(name, "Content-Encoding") && !same_word(value, "identity")) {
      return Refusal{415, "content encodings are not accepted"};
    }
    if (same_word(name, "Expect")) {
      if (!same_word(value, "100-continue")) return Refusal{417, "the only expectation known is 100-continue"};
      head_.expects_continue = true;
    }
    if (same_word(name, "Connection")) {
      wants_close_ = wants_close_ || lists_word(value, "close");
      wants_keep_alive_ = wants_keep_alive_ || lists_word(value, "keep-alive");
    }
    return {};
  }

  static Verdict once(bool& seen) {
    if (seen) return Refusal{400, "a header that may appear once appears twice"};
    seen = true;
    return {};
  }

  Verdict content_length(std::string_view value) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    const bool digits = !value.empty() && end == value.data() + value.size() && value.front() >= '0';
    if (digits && error == std::errc::result_out_of_range) return Refusal{413, "the body is too large"};
    if (!digits || error != std::errc{}) return Refusal{400, "malformed Content-Length"};
    return once(has_length_);
  }

  Verdict transfer_encoding(std::string_view value) {
    if (!same_word(value, "chunked")) return Refusal{501, "the only transfer coding known is chunked"};
    head_.chunked = true;
    return once(has_coding_);
  }

  Verdict whole() {
    if (has_length_ && has_coding_) return Refusal{400, "Content-Length beside Transfer-Encoding"};
    if (has_coding_ && old_version_) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
    if (!has_host_ && !old_version_) return Refusal{400, "no Host"};
    if (head_.content_length > limits_.body_bytes) return Refusal{413, "the body is too large"};
    head_.request.keep_alive = !wants_close_ && (!old_version_ || wants_keep_alive_);
    return {};
  }

  const Limits& limits_;
  RequestHead head_;
  bool old_version_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_coding_ = false;
  bool has_type_ = false;
  bool wants_close_ = false;
  bool wants_keep_alive_ = false;
};

}  // namespace

std::expected<RequestHead, Refusal> parse_head(std::string_view head, const Limits& limits) {
  return HeadParser(limits).parse(head);
}

}  // namespace dynamo::webhook
