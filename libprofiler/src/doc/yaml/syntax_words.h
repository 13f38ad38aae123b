#pragma once

#include <cstddef>
#include <string>

#include "doc/source_text.h"

namespace dynamo {

/// yaml-cpp's terse message in words of the user's text.
[[nodiscard]] std::string syntax_reason(const std::string& message);

/// What usually mends a syntax error at `offset`.
[[nodiscard]] std::string syntax_hint(const SourceText& source, std::size_t offset);

}  // namespace dynamo
