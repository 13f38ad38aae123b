#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo {

/// Why a token cannot be read, and at which byte.
struct Misread {
  std::size_t offset = 0;
  std::string reason, hint;
};

/// Appends the string whose opening quote stands at `offset` to `out` and goes on behind it.
[[nodiscard]] std::optional<Misread> read_json_string(std::string_view text, std::size_t& offset, std::string& out);

/// Reads `true`, `false`, `null` or a number at `offset` and goes on behind it.
[[nodiscard]] std::optional<Misread> read_json_word(std::string_view text, std::size_t& offset, Value& out);

}  // namespace dynamo
