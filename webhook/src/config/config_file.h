#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace dynamo::webhook {

/// Sets in `config` what a YAML text sets. One sentence per mistake, all at once, each with its line; empty = good.
[[nodiscard]] std::vector<std::string> apply_config_text(std::string_view text, std::string_view source, Config& config);

/// The same for a file.
[[nodiscard]] std::vector<std::string> apply_config_file(const std::string& path, Config& config);

/// What no single setting can see: mistakes in their combination.
[[nodiscard]] std::vector<std::string> check(const Config& config);

}  // namespace dynamo::webhook
