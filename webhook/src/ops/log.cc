#include "ops/log.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <type_traits>

namespace dynamo::webhook {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

/// The bytes of `text` from `at` that form one valid UTF-8 character; 0 where there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xC2 && lead < 0xE0  ? 2 : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(at + 1) < 0xA0) || (lead == 0xF0 && byte(at + 1) < 0x90);
  const bool outside = (lead == 0xED && byte(at + 1) > 0x9F) || (lead == 0xF4 && byte(at + 1) > 0x8F);
  return overlong || outside ? 0 : length;
}

void append_escape(std::string& out, unsigned char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

void append_string(std::string& out, std::string_view text) {
  const bool cut = text.size() > Log::kMaxValueBytes;
  if (cut) text = text.substr(0, Log::kMaxValueBytes);
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::size_t length = utf8_length(text, i);
      if (length == 0) out += "\\ufffd";
      out.append(text.substr(i, length));
      i += length == 0 ? 1 : length;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    if (c < 0x20 || c == 0x7F) append_escape(out, c);
    else out += text[i];
    ++i;
  }
  if (cut) out += "...";
  out += '"';
}

template <typename Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits{};
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void append_value(std::string& out, const LogField& field) {
  std::visit(
      [&](const auto& value) {
        using Kind = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Kind, std::string_view>) append_string(out, value);
        else if constexpr (std::is_same_v<Kind, bool>) out += value ? "true" : "false";
        else if constexpr (std::is_same_v<Kind, double>) std::isfinite(value) ? append_number(out, value) : (void)(out += "null");
        else append_number(out, value);
      },
      field.value);
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(millis));
  return text.data();
}

}  // namespace

std::string_view name_of(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

void Log::append_line(std::string& out, LogLevel level, std::string_view time, std::string_view message,
                      std::initializer_list<LogField> fields) {
  out += R"({"time":)";
  append_string(out, time);
  out += R"(,"level":)";
  append_string(out, name_of(level));
  out += R"(,"msg":)";
  append_string(out, message);
  for (const LogField& field : fields) {
    out += ',';
    append_string(out, field.key);
    out += ':';
    append_value(out, field);
  }
  out += "}\n";
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  keep(level, message, fields);
  flush();
}

void Log::keep(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  std::string line;
  line.reserve(320);
  append_line(line, level, utc_now(), message, fields);
  const std::lock_guard lock(mutex_);
  // A pipe takes more than that in pieces.
  if (kept_.size() + line.size() > PIPE_BUF) flush_locked();
  kept_ += line;
}

void Log::flush() const {
  const std::lock_guard lock(mutex_);
  flush_locked();
}

void Log::flush_locked() const {
  if (kept_.empty()) return;
  // A log that cannot be written must not stop the server; nothing could be told to anybody.
  for (std::string_view rest = kept_; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  kept_.clear();
}

}  // namespace dynamo::webhook
