#include <CLI/CLI.hpp>
#include <memory>

#include "args/shared_options.h"
#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

/// Settings of the webhook, by the same names.
void add_admission(CLI::App& app, ValidateCommand& to) {
  CLI::Option* admission = app.add_flag("--admission", to.admission, "print what the admission webhook would answer");
  app.add_option("--old", to.old, "judge an update of the object in this file")->type_name("FILE")->needs(admission);
  app.add_option("--immutability", to.immutability, "strict or phase: which updates of the spec are allowed")
      ->check(CLI::IsMember({"strict", "phase"}))
      ->type_name("MODE")
      ->needs(admission);
  app.add_option("--enforce", to.enforce, "feasibility: deny what cannot work instead of warning")
      ->check(CLI::IsMember({"feasibility"}))
      ->type_name("WHAT")
      ->needs(admission);
  app.add_option("--default-image", to.default_image, "image of requests without one")->type_name("IMAGE")->needs(admission);
  app.add_flag("--no-gpu-discovery", to.no_gpu_discovery, "the operator does not find missing hardware")->needs(admission);
  app.add_flag("--newer-operator", to.newer_operator, "the operator is of a release after 1.1")->needs(admission);
  add_tables(app, to.tables);
}

}  // namespace

Subcommand add_validate(CLI::App& root) {
  CLI::App* app = root.add_subcommand("validate", "Check a request against every rule; needs no cluster");
  const auto to = std::make_shared<ValidateCommand>();
  add_request(*app, to->source);
  add_output(*app, to->output, {"table", "json", "name"});
  add_perf_version(*app, to->perf_version);
  add_admission(*app, *to);
  return checked(app, to, [](const auto& options) { require_source(options.source, "validate"); });
}

Subcommand add_lint(CLI::App& root) {
  CLI::App* app = root.add_subcommand("lint", "Check a DynamoGraphDeployment before it is applied");
  const auto to = std::make_shared<LintCommand>();
  add_files(*app, to->files, "deployment");
  app->add_flag("-R,--recursive", to->recursive, "descend into directories given with -f");
  app->add_option("--gpus", to->total_gpus, "GPUs the deployment may take")->check(CLI::Range(1, 1'000'000))->type_name("N");
  add_output(*app, to->output, {"table", "json"});
  return checked(app, to, [](const auto& options) {
    if (options.files.empty()) throw CLI::RequiredError("-f");
  });
}

}  // namespace dynamo::cli
