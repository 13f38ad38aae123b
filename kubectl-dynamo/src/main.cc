#include <string>
#include <variant>
#include <vector>

#include "args/args.h"
#include "args/invocation.h"
#include "commands/commands.h"

int main(int argc, char** argv) {
  using namespace dynamo::cli;
  const std::vector<std::string> words(argv, argv + argc);
  const Command command = parse_arguments(arguments_of(words));
  if (const auto* refused = std::get_if<PrintAndExit>(&command); refused != nullptr && refused->usage_error) {
    if (const auto directory = job_directory(words)) record_usage_error(*directory, refused->text);
  }
  return static_cast<int>(std::visit([](const auto& chosen) { return run(chosen); }, command));
}
