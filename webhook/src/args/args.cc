#include "args/args.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "config/config_file.h"
#include "config/settings.h"
#include "ops/version.h"

namespace dynamo::webhook {
namespace {

struct Flags {
  std::string config_file;
  std::vector<Given> given;
  bool version = false;
};

void add_settings(CLI::App& app, Flags& flags) {
  const Config defaults;
  for (const Setting& setting : settings()) {
    const std::string fallback = setting.get(defaults);
    const std::string help = std::string(setting.help) + (fallback.empty() ? "" : " [" + fallback + "]");
    app.add_option_function<std::string>(
           "--" + std::string(setting.flag),
           [&flags, &setting](const std::string& text) { flags.given.push_back({&setting, text}); }, help)
        ->type_name(std::string(setting.type))
        ->group(std::string(setting.group))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
}

/// File first, flags over it. All mistakes, one per line.
std::string apply(const Flags& flags, Config& config) {
  std::vector<std::string> mistakes;
  if (!flags.config_file.empty()) mistakes = apply_config_file(flags.config_file, config);
  for (const auto& [setting, text] : flags.given) {
    const Parsed parsed = setting->set(config, text);
    if (parsed) continue;
    mistakes.push_back("--" + std::string(setting->flag) + ": \"" + text + "\" is not valid; expected " + parsed.error());
  }
  if (const std::string opposed = contradiction(flags.given, true); !opposed.empty()) mistakes.push_back(opposed);
  if (mistakes.empty()) mistakes = check(config);
  std::string out;
  for (const std::string& mistake : mistakes) out += "error: " + mistake + "\n";
  return out;
}

void use_environment(Config& config) {
  const char* tables = std::getenv("DYNAMO_TABLES");
  if (config.tables.empty() && tables != nullptr) config.tables = tables;
}

}  // namespace

Command parse_arguments(const std::vector<std::string>& arguments) {
  CLI::App app("Admission webhook for DynamoGraphDeploymentRequest: refuses requests that cannot work, warns about doubtful\n"
               "ones, writes GPU names the canonical way. Every flag can also stand in the file of --config, in camelCase:\n"
               "--idle-timeout 2m is idleTimeout: 2m. Flags win over the file.",
               "dynamo-webhook");
  Flags flags;
  app.set_help_flag("-h,--help", "print this help");
  app.add_flag("--version", flags.version, "print the version");
  app.add_option("--config", flags.config_file, "YAML file of settings")->type_name("FILE");
  add_settings(app, flags);
  app.failure_message(CLI::FailureMessage::simple);
  try {
    // CLI11 takes the arguments from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return PrintAndExit{app.help()};
  } catch (const CLI::Error& error) {
    return PrintAndExit{"error: " + std::string(error.what()) + "\nRun dynamo-webhook --help for the flags.\n", true};
  }
  if (flags.version) return PrintAndExit{version_line()};

  ServeCommand serve;
  const std::string mistakes = apply(flags, serve.config);
  if (!mistakes.empty()) return PrintAndExit{mistakes, true};
  use_environment(serve.config);
  return serve;
}

}  // namespace dynamo::webhook
