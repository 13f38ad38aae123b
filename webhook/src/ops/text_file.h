#pragma once

#include <expected>
#include <string>

namespace dynamo::webhook {

/// What a file holds, or why not: it cannot be read, or holds nothing, or far more than any file this program reads.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(const std::string& path);

}  // namespace dynamo::webhook
