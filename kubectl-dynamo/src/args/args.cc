#include "args/args.h"

#include <CLI/CLI.hpp>

#include "args/subcommands.h"

namespace dynamo::cli {
namespace {

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
    for (const auto add : {add_profile, add_explain, add_what_if, add_preview, add_validate, add_lint, add_estimate, add_support,
                           add_tables_command, add_webhook, add_version, add_completion}) {
      subcommands_.push_back(add(app_));
    }
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

  Command chosen(const std::vector<std::string>& arguments) {
    for (const Subcommand& subcommand : subcommands_) {
      if (subcommand.app->parsed()) return subcommand.chosen(arguments);
    }
    return PrintAndExit{help_text(), false};
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
  std::vector<Subcommand> subcommands_;
  CLI::App* help_ = nullptr;
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
