#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <memory>

#include "args/shared_options.h"
#include "args/subcommands.h"
#include "dynamo/profiler/assembly.h"

namespace dynamo::cli {
namespace {

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./,:=@+").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Whether the command line names output that a repeated command must not: where it goes or what form it has.
bool is_output(const std::string& word) {
  return word.starts_with("-o") || word.starts_with("--output") || word.starts_with("--report") || word.starts_with("--html") || word == "--strict-sla";
}

/// Options of `profile` that do not change why.
bool is_deployment(const std::string& word) {
  return word.starts_with("--dgd-api-version") || word.starts_with("--runtime-version") || word == "--show-overrides";
}

bool takes_next(const std::string& word) {
  return word == "-o" || (word.starts_with("--") && word.find('=') == std::string::npos && word != "--strict-sla" && word != "--show-overrides");
}

/// The call as another one that decides the same: without what `dropped` names.
template <typename Dropped>
std::string repeated(const std::vector<std::string>& arguments, const std::string& command, const Dropped& dropped) {
  std::string out = "kubectl dynamo " + command;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (!dropped(arguments[i])) {
      out += " " + quoted(arguments[i]);
    } else if (takes_next(arguments[i])) {
      ++i;
    }
  }
  return out;
}

/// What the search reads, and the version of what it writes.
void add_search(CLI::App& app, ProfileCommand& to) {
  add_request(app, to.source);
  add_data(app, to.perf_version, to.database_mode);
  app.add_option("--dgd-api-version", to.dgd_api_version, "v1alpha1 or v1beta1 (default: that of overrides.dgd, else v1alpha1)")
      ->check(CLI::IsMember({"v1alpha1", "v1beta1"}))
      ->type_name("VERSION");
  app.add_option("--runtime-version", to.runtime_version, "Dynamo release in the images (default: their tag, else the newest)")
      ->check([](const std::string& text) { return names_runtime_version(text) ? std::string() : "not a version such as 1.0.1: " + text; })
      ->type_name("VERSION");
  app.add_flag("--show-overrides", to.show_overrides, "print what spec.overrides changes in the deployment, as a diff");
  add_tables(app, to.tables);
}

/// The arguments of the Python profiler.
void add_job(CLI::App& app, ProfileCommand& to) {
  const char* group = "In place of the profiling Job (python -m dynamo.profiler)";
  CLI::Option* config = app.add_option("--config", to.config, "the spec: a file, or JSON written in place")->type_name("FILE|JSON")->group(group);
  app.add_option("--deployment-timeout", to.deployment_timeout_s, "seconds a test deployment may take to be ready")
      ->check(CLI::Range(1, 1'000'000))->type_name("SECONDS")->needs(config)->group(group);
  app.add_option("--prefill-interpolation-granularity", to.prefill_granularity, "steps of the prefill curves")
      ->check(CLI::Range(3, 1000))->type_name("N")->needs(config)->group(group);
  app.add_option("--decode-interpolation-granularity", to.decode_granularity, "steps of the decode curves")
      ->check(CLI::Range(2, 1000))->type_name("N")->needs(config)->group(group);
  app.add_flag("--dry-run", to.dry_run, "check the request and write an empty result")->needs(config)->group(group);
}

void check(const ProfileCommand& to) {
  const bool request = !to.source.files.empty() || to.source.has_fields;
  if (!to.config.empty()) {
    if (request || !to.cases.empty()) {
      throw CLI::ValidationError("--config", "is the whole request: give no -f, no --cases and no request fields");
    }
  } else if (to.cases.empty()) {
    require_source(to.source, "profile");
  } else if (request) {
    throw CLI::ValidationError("--cases", "every case is a whole request: give no -f and no request fields");
  }
  if (!to.report.empty() && !(to.cases.empty() && to.config.empty())) {
    throw CLI::ValidationError("--report", "belongs to one request, not to --cases or --config");
  }
}

}  // namespace

Subcommand add_profile(CLI::App& root) {
  CLI::App* app = root.add_subcommand("profile", "Pick a layout for a request and render its deployment");
  const auto to = std::make_shared<ProfileCommand>();
  add_search(*app, *to);
  add_output(*app, to->output, {"table", "wide", "json", "yaml", "name"});
  app->add_option("--output-dir", to->output_dir, "also write final_config.yaml and profiler_status.yaml here")->type_name("DIR");
  app->add_flag("--strict-sla", to->strict_sla, "exit with 3 when nothing meets the SLA");
  app->add_option("--cases", to->cases, "answer search scenarios, one JSON object a line")->type_name("FILE|-");
  add_prices(*app, to->prices);
  add_objective(*app, to->objective);
  app->add_option("--report,--html", to->report, "also write the decision, and why, as one HTML page")->type_name("FILE");
  add_job(*app, *to);
  return {app, [to](const std::vector<std::string>& arguments) -> Command {
            check(*to);
            to->repeat = repeated(arguments, "profile", is_output);
            to->explain = repeated(arguments, "explain", [](const std::string& word) { return is_output(word) || is_deployment(word); });
            return *to;
          }};
}

Subcommand add_preview(CLI::App& root) {
  CLI::App* app = root.add_subcommand("preview", "Print the deployment a request leads to");
  const auto to = std::make_shared<ProfileCommand>();
  to->preview = true;
  to->output = OutputFormat::kYaml;
  add_search(*app, *to);
  add_output(*app, to->output, {"yaml", "json", "name"});
  return checked(app, to, [](const auto& options) { require_source(options.source, "preview"); });
}

}  // namespace dynamo::cli
