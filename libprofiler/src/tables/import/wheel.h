#pragma once

#include "tables/import/package.h"

namespace dynamo::tables {

/// Opens a wheel (a zip archive) in place, without unpacking it to disk. The error is a reason without the path.
[[nodiscard]] std::expected<std::unique_ptr<Package>, std::string> open_wheel(const std::filesystem::path& file);

}  // namespace dynamo::tables
