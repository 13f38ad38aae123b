#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>

namespace dynamo::webhook {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

[[nodiscard]] std::string_view name_of(LogLevel level);

/// One `"key": value` of a log line. Refers to the text it was given.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, std::int64_t v) : key(k), value(v) {}
  LogField(std::string_view k, int v) : key(k), value(std::int64_t{v}) {}
  LogField(std::string_view k, std::size_t v) : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
};

/// Writes one JSON object per line to a file descriptor, whole lines only, from any thread. Never give it payloads, keys
/// or tokens.
class Log {
 public:
  /// Long values are cut, so that nobody can fill the disk through an identifier.
  static constexpr std::size_t kMaxValueBytes = 512;

  explicit Log(int descriptor = 2, LogLevel level = LogLevel::kInfo) : descriptor_(descriptor), level_(level) {}

  [[nodiscard]] bool enabled(LogLevel level) const { return level >= level_; }
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) const;
  /// The same, but keeps the line until flush() or the next write(): many lines then cost one call of the system.
  void keep(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void flush() const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, message, fields);
  }

  /// The line of write(), without the time; for tests and write() itself.
  static void append_line(std::string& out, LogLevel level, std::string_view time, std::string_view message,
                          std::initializer_list<LogField> fields);

 private:
  void flush_locked() const;

  int descriptor_;
  LogLevel level_;
  mutable std::mutex mutex_;     ///< a pipe takes more than 4 KiB in pieces, and others could come between
  mutable std::string kept_;   ///< guarded by mutex_
};

}  // namespace dynamo::webhook
