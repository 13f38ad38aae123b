#pragma once

#include <string>
#include <variant>
#include <vector>

#include "config/config.h"

namespace dynamo::webhook {

/// Serve with this configuration.
struct ServeCommand {
  Config config;
};

/// Print `text` and end: help, version, or a mistake in the arguments.
struct PrintAndExit {
  std::string text;
  bool usage_error = false;
};

using Command = std::variant<ServeCommand, PrintAndExit>;

/// `arguments` without the names of program and subcommand. Mistakes in flags and configuration file are reported together.
[[nodiscard]] Command parse_arguments(const std::vector<std::string>& arguments);

}  // namespace dynamo::webhook
