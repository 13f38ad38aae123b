#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "args/options.h"

namespace CLI {
class App;
}

namespace dynamo::cli {

/// A command of the grammar. `chosen` is what it asks for once the arguments are parsed; what it refuses then it throws as CLI11 does.
struct Subcommand {
  CLI::App* app = nullptr;
  std::function<Command(const std::vector<std::string>& arguments)> chosen;
};

/// The command that asks for `options` as they were parsed, once `check` has thrown nothing at them.
template <typename Options, typename Check>
[[nodiscard]] Subcommand checked(CLI::App* app, std::shared_ptr<Options> options, Check check) {
  return {app, [options, check](const auto&) -> Command {
            check(*options);
            return *options;
          }};
}

// Each adds one command to `root`.
[[nodiscard]] Subcommand add_profile(CLI::App& root);
[[nodiscard]] Subcommand add_preview(CLI::App& root);
[[nodiscard]] Subcommand add_explain(CLI::App& root);
[[nodiscard]] Subcommand add_what_if(CLI::App& root);
[[nodiscard]] Subcommand add_estimate(CLI::App& root);
[[nodiscard]] Subcommand add_validate(CLI::App& root);
[[nodiscard]] Subcommand add_lint(CLI::App& root);
[[nodiscard]] Subcommand add_support(CLI::App& root);
[[nodiscard]] Subcommand add_tables_command(CLI::App& root);
[[nodiscard]] Subcommand add_webhook(CLI::App& root);
[[nodiscard]] Subcommand add_version(CLI::App& root);
[[nodiscard]] Subcommand add_completion(CLI::App& root);

}  // namespace dynamo::cli
