#include <span>

#include "args/args.h"
#include "args/explanation_sections.h"
#include "commands/commands.h"
#include "dynamo/profiler/facts.h"
#include "dynamo/profiler/request_flags.h"
#include "io/console.h"

namespace dynamo::cli {
namespace {

// Bits of kubectl's completion directive, the last line of the answer.
constexpr int kDefault = 0;        ///< files may follow
constexpr int kNoFiles = 4;

/// Values of an option; none and `files` = false when it takes free text.
struct Values {
  std::vector<std::string> words;
  bool files = false;
};

Values values_of(const std::string& option, const std::string& command) {
  if (option == "--backend") return {{"auto", "sglang", "trtllm", "vllm"}};
  if (option == "--search-strategy") return {{"rapid", "thorough"}};
  if (option == "--perf-version") return {{"current", "next", "previous"}};
  if (option == "--database-mode") return {{"auto", "silicon", "hybrid", "empirical", "sol"}};
  if (option == "--output" && (command == "what-if" || command == "estimate")) return {{"table", "json", "yaml"}};
  if (option == "--objective") return {{"cost", "throughput"}};
  if (option == "--set" || option == "--sweep") {
    Values values;
    for (const std::string& path : field_paths()) values.words.push_back(path + "=");
    return values;
  }
  if (option == "--output") {
    if (command == "explain") return {{"table", "json", "yaml"}};
    if (command == "support") return {{"table", "wide", "json", "yaml"}};
    return command == "profile" ? Values{{"table", "wide", "json", "yaml", "name"}} : Values{{"table", "json"}};
  }
  if (option == "--section") {
    Values values{{kExplanationSections.begin(), kExplanationSections.end()}};
    values.words.push_back("all");
    return values;
  }
  if (option == "--model") return {known_models(), true};
  if (option == "--gpu") {
    Values values;
    for (const SystemSpec& system : all_systems()) values.words.push_back(system.name);
    return values;
  }
  return {{}, option == "--filename" || option == "--cases" || option == "--tables" || option == "--output-dir" || option == "--report" ||
                  option == "--html"};
}

}  // namespace

ExitCode run(const CompleteCommand& command) {
  const Completion completion = complete_arguments(command.words);
  const std::string typed = command.words.empty() ? "" : command.words.back();
  std::string out;
  int directive = kNoFiles;
  if (!completion.option.empty()) {
    const Values values = values_of(completion.option, completion.command);
    for (const std::string& word : values.words) {
      if (word.starts_with(typed)) out += word + "\n";
    }
    if (values.files) directive = kDefault;
  } else {
    for (const Suggestion& suggestion : completion.suggestions) {
      // Flags only once a dash was typed, as kubectl does.
      if (suggestion.word.starts_with('-') && !typed.starts_with('-')) continue;
      if (suggestion.word.starts_with(typed)) out += suggestion.word + "\t" + suggestion.description + "\n";
    }
    if (completion.command == "import") directive = kDefault;
  }
  return print(out + ":" + std::to_string(directive) + "\n");
}

ExitCode run(const CompletionCommand&) {
  return print("#!/bin/sh\n# Put this file on PATH as kubectl_complete-dynamo, executable; kubectl 1.26 and later calls it.\n"
               "exec kubectl-dynamo __complete \"$@\"\n");
}

}  // namespace dynamo::cli
