#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

// Reading a tree for print: what is absent or of another type reads as empty.

using Path = std::initializer_list<std::string_view>;

/// Safe for a terminal.
[[nodiscard]] std::string text_at(const Value& value, Path path);
[[nodiscard]] bool has_number(const Value& value, Path path);
[[nodiscard]] double number_at(const Value& value, Path path);
[[nodiscard]] long long integer_at(const Value& value, Path path);
[[nodiscard]] bool flag_at(const Value& value, Path path);
[[nodiscard]] const Array& array_at(const Value& value, Path path);
/// `-` where there is none.
[[nodiscard]] std::string number_text(const Value& value, Path path);
/// A whole number, likewise.
[[nodiscard]] std::string count_text(const Value& value, Path path);

}  // namespace dynamo::cli
