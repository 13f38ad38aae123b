#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::cli {

/// A file to write: its name inside the output directory, folders included, and its bytes.
struct OutputFile {
  std::string name;
  std::string text;
};

/// Writes all files into `directory` (created if absent) or none: every text goes to a temporary name first, and only when
/// all of them are safely on disk are they renamed. On failure the temporary files are removed.
[[nodiscard]] std::expected<void, Diagnostics> write_files(const std::filesystem::path& directory,
                                                           const std::vector<OutputFile>& files);

/// Writes over an existing small file, in the blocks it already has: what still works on a full disk. A reader may see half of it.
[[nodiscard]] bool rewrite_in_place(const std::filesystem::path& path, std::string_view text);

/// Writes to a descriptor, resuming after short writes. False on an error, which errno keeps.
[[nodiscard]] bool write_all(int descriptor, std::string_view text);

}  // namespace dynamo::cli
