#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "args/shared_options.h"
#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

/// Fields of a request that a prediction without a search can use.
constexpr std::array<std::string_view, 8> kUsedFields = {"--model", "--backend", "--gpu", "--isl", "--osl", "--ttft", "--itl", "--e2e-latency"};

void add_workers(CLI::App& app, EstimateCommand& to) {
  for (const auto& [flag, help] : {std::pair{"tp", "tensor parallelism"}, std::pair{"pp", "pipeline parallelism"},
                                   std::pair{"dp", "attention replicas a worker"}, std::pair{"moe-tp", "split of every expert"},
                                   std::pair{"moe-ep", "expert parallelism"},
                                   std::pair{"batch", "sequences in flight per attention replica (default: the most that fit)"},
                                   std::pair{"step-tokens", "prefill tokens a step (default: one prompt)"},
                                   std::pair{"workers", "how many of them"}}) {
    app.add_option_function<std::string>(
           "--" + std::string(flag),
           [&to, name = std::string(flag)](const std::string& text) { to.worker += (to.worker.empty() ? "" : ",") + name + "=" + text; },
           help)
        ->type_name("N")
        ->group("Aggregated workers");
  }
  const char* group = "Disaggregated workers";
  app.add_option("--prefill", to.prefill, "prefill workers: tp=2,workers=2; keys as above")->type_name("KEY=N,...")->group(group);
  app.add_option("--decode", to.decode, "decode workers: tp=4,batch=64")->type_name("KEY=N,...")->group(group);
}

void check(const EstimateCommand& to) {
  if (!to.cases.empty()) {
    if (!to.files.empty()) throw CLI::ValidationError("--cases", "every case is a whole configuration: give no -f");
    return;
  }
  if (to.files.empty() && (!to.fields.model || !to.fields.gpu || !to.fields.backend)) {
    throw CLI::ValidationError("estimate", "needs --model, --gpu and --backend, or -f with a deployment, or --cases");
  }
  if (to.prefill.empty() != to.decode.empty()) throw CLI::ValidationError("estimate", "--prefill and --decode belong together");
  if (!to.worker.empty() && !(to.decode.empty() && to.files.empty())) {
    throw CLI::ValidationError("estimate", "sizes of aggregated workers exclude --prefill, --decode and -f");
  }
  if (!to.decode.empty() && !to.files.empty()) throw CLI::ValidationError("estimate", "a deployment brings its own workers");
}

}  // namespace

Subcommand add_estimate(CLI::App& root) {
  CLI::App* app = root.add_subcommand("estimate", "Predict one configuration or an existing deployment; no search");
  const auto to = std::make_shared<EstimateCommand>();
  app->add_option("--cases", to->cases, "JSON Lines to answer, each a configuration")->type_name("FILE|-");
  add_files(*app, to->files, "a DynamoGraphDeployment");
  for (const RequestField& field : kRequestFields) {
    if (std::ranges::find(kUsedFields, field.flag) != kUsedFields.end()) add_field(*app, field, to->fields);
  }
  add_workers(*app, *to);
  add_output(*app, to->output, {"table", "json", "yaml"});
  add_prices(*app, to->prices);
  add_data(*app, to->perf_version, to->database_mode);
  add_tables(*app, to->tables);
  return checked(app, to, check);
}

}  // namespace dynamo::cli
