#include "args/args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <type_traits>

#include "args/explanation_sections.h"
#include "args/request_fields.h"
#include "dynamo/profiler/assembly.h"

namespace dynamo::cli {
namespace {

const std::map<std::string, OutputFormat> kAllFormats = {{"table", OutputFormat::kTable},
                                                         {"wide", OutputFormat::kWide},
                                                         {"json", OutputFormat::kJson},
                                                         {"yaml", OutputFormat::kYaml},
                                                         {"name", OutputFormat::kName}};

/// Prices are the user's own; none are built in.
void add_prices(CLI::App& app, std::vector<std::string>& prices) {
  app.add_option("--gpu-price", prices, "price of a GPU for an hour: 2.49, or h200_sxm=2.49 for one kind; may be repeated")
      ->type_name("[GPU=]PRICE")
      ->expected(1)
      ->take_all();
}

void add_objective(CLI::App& app, std::string& objective) {
  app.add_option("--objective", objective, "what wins without a load: throughput of the whole budget, or cost of a token")
      ->check(CLI::IsMember({"throughput", "cost"}))
      ->type_name("WHAT");
}

/// Adds `-o` restricted to `names`; an error names the choices as kubectl does.
void add_output(CLI::App& app, OutputFormat& format, const std::vector<std::string>& names) {
  std::string choices;
  for (const std::string& name : names) choices += (choices.empty() ? "" : "|") + name;
  app.add_option_function<std::string>(
         "-o,--output",
         [&format, names, choices](const std::string& text) {
           if (std::find(names.begin(), names.end(), text) == names.end()) {
             throw CLI::ValidationError("-o", "unknown output format \"" + text + "\"; one of " + choices);
           }
           format = kAllFormats.at(text);
         },
         "output format: " + choices)
      ->type_name("FORMAT");
}

void add_tables(CLI::App& app, std::string& directory) {
  app.add_option("--tables", directory, "directory of the measured tables (also $DYNAMO_TABLES)")->type_name("DIR");
}

/// A flag that writes `field`; `given` becomes true with it.
void add_field(CLI::App& app, const RequestField& field, FlagValues& fields, bool* given = nullptr) {
  std::visit(
      [&](auto member) {
        using Text = typename std::remove_reference_t<decltype(fields.*member)>::value_type;
        app.add_option_function<Text>(
               field.flag,
               [&fields, given, member](const Text& value) {
                 fields.*member = value;
                 if (given != nullptr) *given = true;
               },
               field.help)
            ->type_name("")
            ->group("Fields of the request (they win over the file)");
      },
      field.target);
}

void add_request(CLI::App& app, RequestSource& source) {
  app.add_option("-f,--filename", source.files, "request: a file, a directory or - for stdin; may be repeated")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  app.add_flag("-R,--recursive", source.recursive, "descend into directories given with -f");
  for (const RequestField& field : kRequestFields) add_field(app, field, source.fields, &source.has_fields);
}

// Checks in CLI11's form: empty where the text is right, else what is wrong.
std::string is_namespace(const std::string& text) {
  const bool edges = !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-';
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return edges && letters ? "" : "\"" + text + "\" is no namespace: 1 to 63 of a-z, 0-9 and -, with no - at either end";
}

std::string is_image(const std::string& text) {
  const bool letters = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("./:@_-").find(c) != std::string_view::npos;
  });
  return letters ? "" : "\"" + text + "\" is no image name";
}

void require_source(const RequestSource& source, std::string_view command) {
  if (source.files.empty() && !source.has_fields) {
    throw CLI::ValidationError(std::string(command),
                               "needs a request: -f FILE, or at least --model MODEL --gpu GPU --gpus N");
  }
}

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("-_./,:=@+").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The call without its output options, so that `-o yaml` can be appended.
std::string repeat_command(const std::vector<std::string>& arguments) {
  std::string out = "kubectl dynamo";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-o" || word == "--output" || word == "--output-dir" || word == "--report") { ++i; continue; }
    if (word.starts_with("-o") || word.starts_with("--output") || word.starts_with("--report=") || word == "--strict-sla") continue;
    out += " " + quoted(word);
  }
  return out;
}

/// The whole grammar with the places its values go to.
class Grammar {
 public:
  Grammar() : app_("Picks how to deploy a large language model with NVIDIA Dynamo, and says what it will do.",
                   "kubectl dynamo") {
    app_.require_subcommand(0, 1);
    app_.set_help_flag("-h,--help", "print this help");
    app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);   // as kubectl does
    app_.failure_message(CLI::FailureMessage::simple);
    app_.footer("Exit codes: 0 ok, 1 error, 2 usage, 3 SLA unmet with --strict-sla, 4 invalid request,\n"
                "5 unsupported combination. Flags follow the command: kubectl dynamo profile -n team-a");
    add_profile();
    add_explain();
    add_what_if();
    add_preview();
    add_validate();
    add_lint();
    add_estimate();
    add_support();
    add_tables_commands();
    add_webhook();
    version_ = app_.add_subcommand("version", "Print the version of this program");
    add_output(*version_, version_options_.output, {"table", "json"});
    completion_ = app_.add_subcommand("completion", "Print the script that makes kubectl complete this plugin");
    help_ = app_.add_subcommand("help", "Print help about a command");
    help_->add_option("command", help_topic_, "command")->expected(0, 2);
  }

  Completion complete(const std::vector<std::string>& words) const {
    Completion out;
    const CLI::App* app = &app_;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      const std::string& word = words[i];
      if (const CLI::Option* option = word.starts_with('-') ? option_of(*app, word) : nullptr;
          option != nullptr && option->get_items_expected_max() > 0 && word.find('=') == std::string::npos) {
        if (i + 2 == words.size()) {
          out.option = "--" + option->get_lnames().front();
          out.command = app->get_name();
          return out;
        }
        ++i;
      } else if (const CLI::App* next = subcommand_of(*app, word)) {
        app = next;
      }
    }
    out.command = app->get_name();
    for (const CLI::App* next : app->get_subcommands([](const CLI::App*) { return true; })) {
      out.suggestions.push_back({next->get_name(), next->get_description()});
    }
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out.suggestions.push_back({"--" + name, option->get_description()});
      }
    }
    return out;
  }

  Command parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(reversed);
      return chosen(arguments);
    } catch (const CLI::CallForHelp&) {
      return PrintAndExit{help_text(), false};
    } catch (const CLI::OptionNotFound& error) {
      return PrintAndExit{std::string("error: unknown command: ") + error.what() + "\n", true};
    } catch (const CLI::ParseError& error) {
      return PrintAndExit{std::string("error: ") + error.what() + "\nSee '" + path_of(deepest()) + " --help'.\n", true};
    }
  }

 private:
  static const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
    for (const CLI::Option* option : app.get_options()) {
      if (option->check_name(word)) return option;
    }
    return nullptr;
  }

  static const CLI::App* subcommand_of(const CLI::App& app, const std::string& word) {
    for (const CLI::App* next : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (next->get_name() == word) return next;
    }
    return nullptr;
  }

  void add_profile() {
    profile_ = app_.add_subcommand("profile", "Pick a layout for a request and render its deployment");
    ProfileCommand& to = profile_options_;
    add_search(*profile_, to);
    add_output(*profile_, to.output, {"table", "wide", "json", "yaml", "name"});
    profile_->add_option("--output-dir", to.output_dir, "also write final_config.yaml and profiler_status.yaml here")
        ->type_name("DIR");
    profile_->add_flag("--strict-sla", to.strict_sla, "exit with 3 when nothing meets the SLA");
    profile_->add_option("--cases", to.cases, "answer search scenarios, one JSON object a line")->type_name("FILE|-");
    add_prices(*profile_, to.prices);
    add_objective(*profile_, to.objective);
    profile_->add_option("--report", to.report, "also write the decision as one HTML file with charts")->type_name("FILE");
    add_job(*profile_, to);
  }

  void add_explain() {
    explain_ = app_.add_subcommand("explain", "Say why a request gets its layout, and what would change it");
    ExplainCommand& to = explain_options_;
    add_request(*explain_, to.source);
    explain_->add_option("--report", to.reports, "show a saved explanation (-o json or yaml) again")
        ->type_name("FILE|-")
        ->expected(1)
        ->take_all();
    std::string sections;
    for (const std::string_view name : kExplanationSections) sections += (sections.empty() ? "" : ", ") + std::string(name);
    explain_->add_option("--section", to.sections, "part to show, or all: " + sections)
        ->delimiter(',')
        ->check(CLI::IsMember(section_names(), CLI::ignore_case))
        ->type_name("NAME")
        ->take_all();
    explain_->add_option("--candidate", to.candidates, "why not this one? `agg tp8` or `prefill tp2 x1 + decode tp4 x2`")
        ->type_name("LAYOUT")
        ->expected(1)
        ->take_all();
    add_output(*explain_, to.output, {"table", "json", "yaml"});
    add_data(*explain_, to.perf_version, to.database_mode);
    add_tables(*explain_, to.tables);
  }

  static std::vector<std::string> section_names() {
    std::vector<std::string> names(kExplanationSections.begin(), kExplanationSections.end());
    names.push_back("all");
    return names;
  }

  /// Which measurements answer, and what happens without.
  static void add_data(CLI::App& app, std::string& perf_version, std::string& mode) {
    app.add_option("--perf-version", perf_version, "tables: current, next, previous or a version")->type_name("VERSION");
    app.add_option("--database-mode", mode, "auto (default: measured, else per kernel the next tier), silicon, hybrid, empirical or sol")
        ->check(CLI::IsMember({"silicon", "hybrid", "empirical", "sol", "auto"}, CLI::ignore_case))
        ->type_name("MODE");
  }

  template <typename To>
  static void add_numbers(CLI::App& app, To& to) {
    add_data(app, to.perf_version, to.database_mode);
    add_tables(app, to.tables);
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
        ->check(CLI::PositiveNumber)->type_name("SECONDS")->needs(config)->group(group);
    app.add_option("--prefill-interpolation-granularity", to.prefill_granularity, "steps of the prefill curves")
        ->check(CLI::Range(3, 1000))->type_name("N")->needs(config)->group(group);
    app.add_option("--decode-interpolation-granularity", to.decode_granularity, "steps of the decode curves")
        ->check(CLI::Range(2, 1000))->type_name("N")->needs(config)->group(group);
    app.add_flag("--dry-run", to.dry_run, "check the request and write an empty result")->needs(config)->group(group);
  }

  void add_preview() {
    preview_ = app_.add_subcommand("preview", "Print the deployment a request leads to");
    preview_options_.preview = true;
    preview_options_.output = OutputFormat::kYaml;
    add_search(*preview_, preview_options_);
    add_output(*preview_, preview_options_.output, {"yaml", "json", "name"});
  }

  void add_lint() {
    lint_ = app_.add_subcommand("lint", "Check a DynamoGraphDeployment before it is applied");
    lint_->add_option("-f,--filename", lint_options_.files, "deployment: a file, a directory or - for stdin; may be repeated")
        ->type_name("FILE")->expected(1)->take_all()->required();
    lint_->add_flag("-R,--recursive", lint_options_.recursive, "descend into directories given with -f");
    lint_->add_option("--gpus", lint_options_.total_gpus, "GPUs the deployment may take")->check(CLI::PositiveNumber)->type_name("N");
    add_output(*lint_, lint_options_.output, {"table", "json"});
  }

  void add_what_if() {
    what_if_ = app_.add_subcommand("what-if", "Compare a request with variations of itself");
    WhatIfCommand& to = what_if_options_;
    add_request(*what_if_, to.source);
    add_output(*what_if_, to.output, {"table", "json", "yaml"});
    what_if_->add_option("--set", to.sets, "vary a field of the spec: sla.itl=15,20; repeated: every combination")
        ->type_name("FIELD=VALUE,…")
        ->expected(1)
        ->take_all();
    what_if_->add_option("--sweep", to.sweeps, "GPUs needed along a range: sla.itl=5:50:5 (first:last:step)")
        ->type_name("FIELD=RANGE")
        ->expected(1)
        ->take_all();
    for (const auto& [flag, help] : {std::pair{"tp", "only this tensor parallelism, one row a value: 2,4"},
                                     std::pair{"pp", "only this pipeline parallelism"},
                                     std::pair{"dp", "only this many attention replicas a worker"},
                                     std::pair{"moe-tp", "only this split of every expert"},
                                     std::pair{"moe-ep", "only this expert parallelism"}}) {
      what_if_->add_option_function<std::string>(
                  "--" + std::string(flag),
                  [&to, name = std::string(flag)](const std::string& text) { to.sizes.push_back(name + "=" + text); }, help)
          ->type_name("N,…");
    }
    add_prices(*what_if_, to.prices);
    add_objective(*what_if_, to.objective);
    add_numbers(*what_if_, to);
  }

  void add_validate() {
    validate_ = app_.add_subcommand("validate", "Check a request against every rule; needs no cluster");
    add_request(*validate_, validate_options_.source);
    add_output(*validate_, validate_options_.output, {"table", "json", "name"});
    validate_->add_option("--perf-version", validate_options_.perf_version,
                          "tables: current, next, previous or a version")
        ->type_name("VERSION");
    add_admission(*validate_, validate_options_);
  }

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
    add_tables(app, to.tables);
  }

  void add_estimate() {
    estimate_ = app_.add_subcommand("estimate", "Predict one configuration or an existing deployment; no search");
    EstimateCommand& to = estimate_options_;
    CLI::Option* cases = estimate_->add_option("--cases", to.cases, "JSON Lines to answer, each a configuration")->type_name("FILE|-");
    estimate_->add_option("-f,--filename", to.files, "a DynamoGraphDeployment: a file, a directory or - for stdin; may be repeated")
        ->type_name("FILE")->expected(1)->take_all()->excludes(cases);
    for (const RequestField& field : kRequestFields) {
      static const std::vector<std::string> kUsed = {"--model", "--backend", "--gpu", "--isl", "--osl", "--ttft", "--itl", "--e2e-latency"};
      if (std::find(kUsed.begin(), kUsed.end(), field.flag) != kUsed.end()) add_field(*estimate_, field, to.fields);
    }
    const char* group = "Aggregated workers";
    for (const auto& [flag, help] : {std::pair{"tp", "tensor parallelism"}, std::pair{"pp", "pipeline parallelism"},
                                     std::pair{"dp", "attention replicas a worker"}, std::pair{"moe-tp", "split of every expert"},
                                     std::pair{"moe-ep", "expert parallelism"},
                                     std::pair{"batch", "sequences in flight per attention replica (default: the most that fit)"},
                                     std::pair{"step-tokens", "prefill tokens a step (default: one prompt)"},
                                     std::pair{"workers", "how many of them"}}) {
      estimate_->add_option_function<std::string>(
                   "--" + std::string(flag),
                   [&to, name = std::string(flag)](const std::string& text) {
                     to.worker += (to.worker.empty() ? "" : ",") + name + "=" + text;
                   },
                   help)
          ->type_name("N")->group(group);
    }
    estimate_->add_option("--prefill", to.prefill, "prefill workers: tp=2,workers=2; keys as above")
        ->type_name("KEY=N,…")->group("Disaggregated workers");
    estimate_->add_option("--decode", to.decode, "decode workers: tp=4,batch=64")->type_name("KEY=N,…")->group("Disaggregated workers");
    add_output(*estimate_, to.output, {"table", "json", "yaml"});
    add_prices(*estimate_, to.prices);
    add_numbers(*estimate_, to);
  }

  void add_support() {
    support_ = app_.add_subcommand("support", "Show where predictions are measured, modelled or naive");
    SupportCommand& to = support_options_;
    const auto filter = [&](const char* flag, std::vector<std::string>& words, const char* help, const char* type) {
      support_->add_option(flag, words, help)->type_name(type)->expected(1)->delimiter(',')->take_all();
    };
    filter("--model", to.models, "only these: id, family, directory or config.json; may be repeated", "MODEL");
    filter("--gpu", to.gpus, "only these GPUs, in any common spelling; may be repeated", "GPU");
    filter("--backend", to.backends, "only these: trtllm, sglang, vllm; may be repeated", "BACKEND");
    add_output(*support_, to.output, {"table", "wide", "json", "yaml"});
    support_->add_option("--perf-version", to.perf_version, "tables: current, next, previous or a version")->type_name("VERSION");
    add_tables(*support_, to.tables);
  }

  void add_tables_commands() {
    tables_ = app_.add_subcommand("tables", "Import, list and verify the measured tables");
    tables_->require_subcommand(1);
    add_tables(*tables_, tables_options_.tables);
    tables_import_ = tables_->add_subcommand("import", "Turn an aiconfigurator-core wheel or directory into packs");
    tables_import_->add_option("source", tables_options_.source, "wheel or unpacked directory")->required();
    tables_list_ = tables_->add_subcommand("list", "List the packs");
    add_output(*tables_list_, tables_options_.output, {"table", "wide", "json", "name"});
    tables_verify_ = tables_->add_subcommand("verify", "Recompute every checksum");
    for (CLI::App* action : {tables_import_, tables_list_, tables_verify_}) add_tables(*action, tables_options_.tables);
  }

  void add_webhook() {
    webhook_ = app_.add_subcommand("webhook", "Install the admission webhook");
    webhook_->require_subcommand(1);
    CLI::App* manifest = webhook_->add_subcommand("manifest", "Print what `kubectl apply -f -` installs");
    manifest->add_option("--certs", webhook_options_.certificates,
                       "who renews the certificate: self-managed, cert-manager or external")
        ->check(CLI::IsMember({"self-managed", "cert-manager", "external"}))
        ->type_name("WHO");
    manifest->add_option("-n,--namespace", webhook_options_.name_space, "namespace of the webhook itself")
        ->check(is_namespace)
        ->type_name("NAME");
    manifest->add_option("--image", webhook_options_.image, "container image of dynamo-webhook")
        ->check(is_image)
        ->type_name("IMAGE");
  }

  Command chosen(const std::vector<std::string>& arguments) {
    if (profile_->parsed()) return profile_command(arguments);
    if (explain_->parsed()) return explain_command();
    if (what_if_->parsed()) return what_if_command();
    if (preview_->parsed()) {
      require_source(preview_options_.source, "preview");
      return preview_options_;
    }
    if (lint_->parsed()) return lint_options_;
    if (validate_->parsed()) {
      require_source(validate_options_.source, "validate");
      return validate_options_;
    }
    if (estimate_->parsed()) return estimate_command();
    if (support_->parsed()) return support_options_;
    if (tables_->parsed()) {
      tables_options_.action = tables_import_->parsed() ? TablesAction::kImport
                               : tables_list_->parsed() ? TablesAction::kList
                                                        : TablesAction::kVerify;
      return tables_options_;
    }
    if (webhook_->parsed()) return webhook_options_;
    if (version_->parsed()) return version_options_;
    if (completion_->parsed()) return CompletionCommand{};
    return PrintAndExit{help_text(), false};
  }

  Command profile_command(const std::vector<std::string>& arguments) {
    if (!profile_options_.config.empty()) {
      if (!profile_options_.source.files.empty() || profile_options_.source.has_fields || !profile_options_.cases.empty()) {
        throw CLI::ValidationError("--config", "is the whole request: give no -f, no --cases and no request fields");
      }
    } else if (profile_options_.cases.empty()) {
      require_source(profile_options_.source, "profile");
    } else if (!profile_options_.source.files.empty() || profile_options_.source.has_fields) {
      throw CLI::ValidationError("--cases", "every case is a whole request: give no -f and no request fields");
    }
    if (!profile_options_.report.empty() && !(profile_options_.cases.empty() && profile_options_.config.empty())) {
      throw CLI::ValidationError("--report", "belongs to one request, not to --cases or --config");
    }
    profile_options_.repeat = repeat_command(arguments);
    return profile_options_;
  }

  EstimateCommand estimate_command() {
    const EstimateCommand& to = estimate_options_;
    if (!to.cases.empty()) return to;
    if (to.files.empty() && (!to.fields.model || !to.fields.gpu || !to.fields.backend)) {
      throw CLI::ValidationError("estimate", "needs --model, --gpu and --backend, or -f with a deployment, or --cases");
    }
    if (to.prefill.empty() != to.decode.empty()) throw CLI::ValidationError("estimate", "--prefill and --decode belong together");
    if (!to.worker.empty() && !(to.decode.empty() && to.files.empty())) {
      throw CLI::ValidationError("estimate", "sizes of aggregated workers exclude --prefill, --decode and -f");
    }
    if (!to.decode.empty() && !to.files.empty()) throw CLI::ValidationError("estimate", "a deployment brings its own workers");
    return to;
  }

  WhatIfCommand what_if_command() {
    const WhatIfCommand& to = what_if_options_;
    require_source(to.source, "what-if");
    if (to.sets.empty() && to.sweeps.empty() && to.sizes.empty()) {
      throw CLI::ValidationError("what-if", "needs something to vary: --set sla.itl=15,20, --tp 2,4 or --sweep sla.itl=5:50:5");
    }
    if (to.sweeps.size() > 1) throw CLI::ValidationError("--sweep", "one range at a time; the others can be --set");
    return to;
  }

  Command explain_command() {
    const bool request = !explain_options_.source.files.empty() || explain_options_.source.has_fields;
    if (explain_options_.reports.empty()) {
      require_source(explain_options_.source, "explain");
    } else if (request || !explain_options_.candidates.empty()) {
      throw CLI::ValidationError("--report", "a saved explanation is complete: give no -f, no request fields and no --candidate");
    }
    return explain_options_;
  }

  CLI::App* deepest() {
    CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return app;
  }

  static std::string path_of(const CLI::App* app) {
    std::string path = app->get_name();
    for (const CLI::App* up = app->get_parent(); up != nullptr; up = up->get_parent()) {
      path = up->get_name() + " " + path;
    }
    return path;
  }

  std::string help_text() {
    CLI::App* app = deepest();
    if (app == help_) {
      app = &app_;
      for (const std::string& word : help_topic_) {
        app = app->get_subcommand(word);
      }
    }
    const CLI::App* parent = app->get_parent();
    return app->help(parent == nullptr ? "" : path_of(parent));
  }

  CLI::App app_;
  CLI::App *profile_, *explain_, *validate_, *estimate_, *support_, *tables_, *tables_import_, *tables_list_, *tables_verify_, *webhook_,
      *version_, *completion_, *help_, *preview_, *lint_, *what_if_;
  ProfileCommand profile_options_, preview_options_;
  ExplainCommand explain_options_;
  LintCommand lint_options_;
  WhatIfCommand what_if_options_;
  ValidateCommand validate_options_;
  EstimateCommand estimate_options_;
  SupportCommand support_options_;
  TablesCommand tables_options_;
  WebhookManifestCommand webhook_options_;
  VersionCommand version_options_;
  std::vector<std::string> help_topic_;
};

}  // namespace

Command parse_arguments(const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == "__complete") {
    return CompleteCommand{{arguments.begin() + 1, arguments.end()}};
  }
  if (arguments.size() == 1 && arguments.front() == "--version") return VersionCommand{};
  return Grammar().parse(arguments);
}

Completion complete_arguments(const std::vector<std::string>& words) { return Grammar().complete(words); }

}  // namespace dynamo::cli
