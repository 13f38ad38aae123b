#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo {

class Value;
struct Member;

using Array = std::vector<Value>;
using Object = std::vector<Member>;  ///< members keep the order in which they were written

/// A format-neutral tree: the same for YAML and JSON. Every node knows where it was written.
class Value {
 public:
  enum class Type { kNull, kBool, kInt, kFloat, kString, kArray, kObject };

  Value() = default;
  Value(std::nullptr_t);                // NOLINT(google-explicit-constructor)
  Value(bool value);                    // NOLINT(google-explicit-constructor)
  Value(int value);                     // NOLINT(google-explicit-constructor)
  Value(std::int64_t value);            // NOLINT(google-explicit-constructor)
  Value(double value);                  // NOLINT(google-explicit-constructor)
  Value(const char* value);             // NOLINT(google-explicit-constructor)
  Value(std::string value);             // NOLINT(google-explicit-constructor)
  Value(Array value);                   // NOLINT(google-explicit-constructor)
  Value(Object value);                  // NOLINT(google-explicit-constructor)

  [[nodiscard]] Type type() const { return static_cast<Type>(data_.index()); }
  [[nodiscard]] bool is_null() const { return type() == Type::kNull; }
  [[nodiscard]] bool is_number() const { return type() == Type::kInt || type() == Type::kFloat; }

  // Each getter returns nullptr when the node has another type.
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  [[nodiscard]] const double* as_float() const { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* as_array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* as_object() { return std::get_if<Object>(&data_); }

  /// The number as a double, whether it was written as an integer or not; `fallback` for anything else.
  [[nodiscard]] double number_or(double fallback) const;

  /// The member of that name, or nullptr (also when this is no object).
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);

  /// Follows `keys` down through objects; nullptr as soon as one is absent.
  [[nodiscard]] const Value* find_path(std::initializer_list<std::string_view> keys) const;

  /// Sets a member, keeping its place if it exists and appending it otherwise. Turns a null into an object.
  Value& set(std::string_view key, Value value);
  /// Appends an element. Turns a null into an array.
  Value& push(Value value);

  /// Equality of content; marks do not count, integers and floats of equal value differ.
  friend bool operator==(const Value& a, const Value& b);

  SourceMark mark;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// One `key: value` of an object.
struct Member {
  std::string key;
  Value value;
  SourceMark key_mark;
  friend bool operator==(const Member& a, const Member& b) { return a.key == b.key && a.value == b.value; }
};

// Out of the class: a vector of Member can only be destroyed where Member is complete.
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool value) : data_(value) {}
inline Value::Value(int value) : data_(std::int64_t{value}) {}
inline Value::Value(std::int64_t value) : data_(value) {}
inline Value::Value(double value) : data_(value) {}
inline Value::Value(const char* value) : data_(std::string(value)) {}
inline Value::Value(std::string value) : data_(std::move(value)) {}
inline Value::Value(Array value) : data_(std::move(value)) {}
inline Value::Value(Object value) : data_(std::move(value)) {}

/// One document of a source text.
struct Document {
  std::string source;  ///< file name, `<stdin>` or `<flags>`
  Value root;
};

}  // namespace dynamo
