#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "args/shared_options.h"
#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

void add_sizes(CLI::App& app, WhatIfCommand& to) {
  for (const auto& [flag, help] : {std::pair{"tp", "only this tensor parallelism, one row a value: 2,4"},
                                   std::pair{"pp", "only this pipeline parallelism"},
                                   std::pair{"dp", "only this many attention replicas a worker"},
                                   std::pair{"moe-tp", "only this split of every expert"},
                                   std::pair{"moe-ep", "only this expert parallelism"}}) {
    app.add_option_function<std::string>(
           "--" + std::string(flag),
           [&to, name = std::string(flag)](const std::string& text) { to.sizes.push_back(name + "=" + text); }, help)
        ->type_name("N,...");
  }
}

void check(const WhatIfCommand& to) {
  require_source(to.source, "what-if");
  if (to.sets.empty() && to.sweeps.empty() && to.sizes.empty()) {
    throw CLI::ValidationError("what-if", "needs something to vary: --set sla.itl=15,20, --tp 2,4 or --sweep sla.itl=5:50:5");
  }
  if (to.sweeps.size() > 1) throw CLI::ValidationError("--sweep", "one range at a time; the others can be --set");
}

}  // namespace

Subcommand add_what_if(CLI::App& root) {
  CLI::App* app = root.add_subcommand("what-if", "Compare a request with variations of itself");
  const auto to = std::make_shared<WhatIfCommand>();
  add_request(*app, to->source);
  add_output(*app, to->output, {"table", "json", "yaml"});
  app->add_option("--set", to->sets, "vary a field of the spec: sla.itl=15,20; repeated: every combination")
      ->type_name("FIELD=VALUE,...")
      ->expected(1)
      ->take_all();
  app->add_option("--sweep", to->sweeps, "GPUs needed along a range: sla.itl=5:50:5 (first:last:step)")
      ->type_name("FIELD=RANGE")
      ->expected(1)
      ->take_all();
  add_sizes(*app, *to);
  add_answer(*app, *to);
  return checked(app, to, check);
}

}  // namespace dynamo::cli
