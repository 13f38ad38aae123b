#include <CLI/CLI.hpp>
#include <memory>

#include "args/explanation_sections.h"
#include "args/shared_options.h"
#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

std::vector<std::string> section_names() {
  std::vector<std::string> names(kExplanationSections.begin(), kExplanationSections.end());
  names.push_back("all");
  return names;
}

std::string section_list() {
  std::string list;
  for (const std::string_view name : kExplanationSections) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

void check(const ExplainCommand& to) {
  for (const std::string& report : to.reports) {
    if (report.ends_with(".html")) throw CLI::ValidationError("--report", "reads a saved explanation; --html FILE writes a page");
  }
  const bool request = !to.source.files.empty() || to.source.has_fields;
  if (to.reports.empty()) {
    require_source(to.source, "explain");
  } else if (request || !to.candidates.empty() || !to.prices.empty()) {
    throw CLI::ValidationError("--report", "a saved explanation is complete: give no -f, no request fields, no --candidate and no --gpu-price");
  }
}

}  // namespace

Subcommand add_explain(CLI::App& root) {
  CLI::App* app = root.add_subcommand("explain", "Say why a request gets its layout, and what would change it");
  const auto to = std::make_shared<ExplainCommand>();
  add_request(*app, to->source);
  app->add_option("--report", to->reports, "show a saved explanation (-o json or yaml) again")
      ->type_name("FILE|-")
      ->expected(1)
      ->take_all();
  app->add_option("--section", to->sections, "part to show, or all: " + section_list())
      ->delimiter(',')
      ->check(CLI::IsMember(section_names(), CLI::ignore_case))
      ->type_name("NAME")
      ->take_all();
  app->add_option("--candidate", to->candidates, "why not this one? `agg tp8` or `prefill tp2 x1 + decode tp4 x2`")
      ->type_name("LAYOUT")
      ->expected(1)
      ->take_all();
  app->add_option("--html", to->html, "also write it as one page with charts, which needs no network")->type_name("FILE");
  add_output(*app, to->output, {"table", "json", "yaml"});
  add_answer(*app, *to);
  return checked(app, to, check);
}

}  // namespace dynamo::cli
