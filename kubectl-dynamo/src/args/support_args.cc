#include <CLI/CLI.hpp>
#include <memory>

#include "args/shared_options.h"
#include "args/subcommands.h"

namespace dynamo::cli {

Subcommand add_support(CLI::App& root) {
  CLI::App* app = root.add_subcommand("support", "Show where predictions are measured, modelled or naive");
  const auto to = std::make_shared<SupportCommand>();
  const auto filter = [&](const char* flag, std::vector<std::string>& words, const char* help, const char* type) {
    app->add_option(flag, words, help)->type_name(type)->expected(1)->delimiter(',')->take_all();
  };
  filter("--model", to->models, "only these: id, family, directory or config.json; may be repeated", "MODEL");
  filter("--gpu", to->gpus, "only these GPUs, in any common spelling; may be repeated", "GPU");
  filter("--backend", to->backends, "only these: trtllm, sglang, vllm; may be repeated", "BACKEND");
  add_output(*app, to->output, {"table", "wide", "json", "yaml"});
  add_perf_version(*app, to->perf_version);
  add_tables(*app, to->tables);
  return {app, [to](const auto&) -> Command { return *to; }};
}

Subcommand add_tables_command(CLI::App& root) {
  CLI::App* app = root.add_subcommand("tables", "Import, list and verify the measured tables");
  const auto to = std::make_shared<TablesCommand>();
  app->require_subcommand(1);
  add_tables(*app, to->tables);
  CLI::App* import = app->add_subcommand("import", "Turn an aiconfigurator-core wheel or directory into packs");
  import->add_option("source", to->source, "wheel or unpacked directory")->required();
  CLI::App* list = app->add_subcommand("list", "List the packs");
  add_output(*list, to->output, {"table", "wide", "json", "name"});
  CLI::App* verify = app->add_subcommand("verify", "Recompute every checksum");
  for (CLI::App* action : {import, list, verify}) add_tables(*action, to->tables);
  return {app, [to, import, list](const auto&) -> Command {
            to->action = import->parsed() ? TablesAction::kImport : list->parsed() ? TablesAction::kList : TablesAction::kVerify;
            return *to;
          }};
}

Subcommand add_version(CLI::App& root) {
  CLI::App* app = root.add_subcommand("version", "Print the version of this program");
  const auto to = std::make_shared<VersionCommand>();
  add_output(*app, to->output, {"table", "json"});
  return {app, [to](const auto&) -> Command { return *to; }};
}

Subcommand add_completion(CLI::App& root) {
  CLI::App* app = root.add_subcommand("completion", "Print the script that makes kubectl complete this plugin");
  return {app, [](const auto&) -> Command { return CompletionCommand{}; }};
}

}  // namespace dynamo::cli
