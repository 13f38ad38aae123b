#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

// What a rendered tree holds at a path, with a harmless answer where it holds nothing.

using Path = std::initializer_list<std::string_view>;

[[nodiscard]] inline std::string text_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  const std::string* text = found == nullptr ? nullptr : found->as_string();
  return text == nullptr ? std::string() : printable(*text);
}

[[nodiscard]] inline bool has_number(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  return found != nullptr && found->is_number();
}

[[nodiscard]] inline double number_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  return found == nullptr ? 0 : found->number_or(0);
}

[[nodiscard]] inline long long integer_at(const Value& value, Path path) { return static_cast<long long>(number_at(value, path)); }

[[nodiscard]] inline bool flag_at(const Value& value, Path path) {
  const Value* found = value.find_path(path);
  const bool* flag = found == nullptr ? nullptr : found->as_bool();
  return flag != nullptr && *flag;
}

[[nodiscard]] inline const Array& array_at(const Value& value, Path path) {
  static const Array kNone;
  const Value* found = value.find_path(path);
  const Array* array = found == nullptr ? nullptr : found->as_array();
  return array == nullptr ? kNone : *array;
}

}  // namespace dynamo::cli
