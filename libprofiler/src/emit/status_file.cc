#include "dynamo/profiler/status_file.h"

#include <cctype>
#include <string_view>

namespace dynamo {
namespace {

std::string_view name_of(ProfilerState state) {
  switch (state) {
    case ProfilerState::kRunning:
      return "running";
    case ProfilerState::kSuccess:
      return "success";
    case ProfilerState::kFailed:
      return "failed";
  }
  return "failed";
}

/// Written bare by every YAML writer and read back as the same string.
bool is_plain(std::string_view text) {
  constexpr std::string_view kReserved[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"};
  std::string lower;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80 || !(std::isalnum(u) || c == ' ' || c == '_' || c == '.' || c == '/' || c == '-'))
      return false;
    lower += static_cast<char>(std::tolower(u));
  }
  for (const auto word : kReserved) {
    if (lower == word)
      return false;
  }
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) && text.back() != ' ';
}

void append_escaped(std::string& out, char c) {
  const auto u = static_cast<unsigned char>(c);
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      break;
  }
  if (u >= 0x20 && u != 0x7f) {
    out += c;
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\x";
  out += kDigits[u >> 4];
  out += kDigits[u & 15u];
}

std::string scalar(std::string_view text) {
  if (is_plain(text))
    return std::string(text);
  std::string out = "\"";
  for (const char c : text)
    append_escaped(out, c);
  return out + "\"";
}

std::string two_digits(unsigned value) {
  return std::string{static_cast<char>('0' + value / 10 % 10), static_cast<char>('0' + value % 10)};
}

std::string utc_text(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string year = std::to_string(static_cast<int>(date.year()));
  while (year.size() < 4)
    year.insert(0, "0");
  return year + "-" + two_digits(static_cast<unsigned>(date.month())) + "-" +
         two_digits(static_cast<unsigned>(date.day())) + "T" +
         two_digits(static_cast<unsigned>(clock.hours().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.minutes().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.seconds().count())) + "Z";
}

void add_line(std::string& text, std::string_view key, std::string_view value) {
  if (value.empty())
    return;
  text += std::string(key) + ": " + scalar(value) + "\n";
}

}  // namespace

ProfilerStatus running_status(std::chrono::sys_seconds now) {
  return {ProfilerState::kRunning, now, "Profiler job started", {}, {}, "Initializing"};
}

ProfilerStatus success_status(std::chrono::sys_seconds now) {
  return {ProfilerState::kSuccess,
          now,
          "Profiler completed successfully",
          {},
          {{"final_config", "final_config.yaml"}},
          "Done"};
}

ProfilerStatus failed_status(std::chrono::sys_seconds now, std::string message, std::string error, std::string phase) {
  return {ProfilerState::kFailed, now, std::move(message), std::move(error), {}, std::move(phase)};
}

std::string status_file_text(const ProfilerStatus& status) {
  std::string text;
  add_line(text, "status", name_of(status.state));
  text += "timestamp: '" + utc_text(status.timestamp) + "'\n";
  add_line(text, "message", status.message);
  add_line(text, "error", status.error);
  if (!status.outputs.empty()) {
    text += "outputs:\n";
    for (const auto& [name, file] : status.outputs)
      text += "  " + scalar(name) + ": " + scalar(file) + "\n";
  }
  add_line(text, "phase", status.phase);
  return text;
}

}  // namespace dynamo
