#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::cli {

/// One text and the name it is reported under.
struct Input {
  std::string name;   ///< path as given, or `<stdin>`
  std::string text;
};

/// What could be read, beside the findings about what could not.
struct InputSet {
  std::vector<Input> inputs;
  Diagnostics diagnostics;
};

/// Reads files, directories (their *.yaml, *.yml and *.json, sorted; below them too if `recursive`) and `-`.
/// A text over `limit_bytes` is refused without being read to its end.
[[nodiscard]] InputSet read_inputs(const std::vector<std::string>& names, bool recursive, std::size_t limit_bytes);

/// The bytes of a file or pipe, at most `limit_bytes`.
[[nodiscard]] std::expected<std::string, Diagnostics> read_file(const std::filesystem::path& path,
                                                                std::size_t limit_bytes);

}  // namespace dynamo::cli
