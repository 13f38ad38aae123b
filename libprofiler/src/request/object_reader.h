#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/request.h"

namespace dynamo {

/// Joins a field path; an empty prefix adds no dot.
[[nodiscard]] std::string join_path(std::string_view prefix, std::string_view key);

/// Reads the fields of one object, reporting wrong types as they are met and, at `finish`, the keys nobody asked for.
class ObjectReader {
 public:
  /// `value` may be nullptr or null (an absent object: every field is absent) or of another type than object
  /// (reported).
  ObjectReader(const Value* value, std::string path, const std::string& source, Diagnostics& diagnostics);

  void read(std::string_view key, Field<std::string>& field);
  void read(std::string_view key, Field<bool>& field);
  void read(std::string_view key, Field<double>& field);
  void read(std::string_view key, Field<std::int64_t>& field);
  /// A free-form object, kept as written.
  void read(std::string_view key, Field<Value>& field);

  /// A nested object with fields of its own.
  [[nodiscard]] ObjectReader child(std::string_view key);

  /// Accepts keys that are read elsewhere or carry nothing for us.
  void know(std::span<const std::string_view> keys);

  /// Reports every key not asked for. `spec_path` is where the spec stands, to say where a misplaced key belongs.
  void finish(std::optional<std::string_view> spec_path = {}) const;

  [[nodiscard]] bool malformed() const { return malformed_; }

  [[nodiscard]] SourceMark key_mark(std::string_view key) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const Member* take(std::string_view key);
  template <typename T>
  const Value* begin(std::string_view key, Field<T>& field);
  void report_type(std::string_view key, const Value& value, std::string_view wanted, std::string hint = {}) const;
  void report_unknown(const Member& member, std::optional<std::string_view> spec_path) const;

  const Object* members_ = nullptr;
  std::string path_;
  const std::string& source_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> known_;
  bool malformed_ = false;
};

}  // namespace dynamo
