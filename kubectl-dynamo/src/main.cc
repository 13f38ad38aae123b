#include <string>
#include <variant>
#include <vector>

#include "args/args.h"
#include "commands/commands.h"

int main(int argc, char** argv) {
  using namespace dynamo::cli;
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const Command command = parse_arguments(arguments);
  return static_cast<int>(std::visit([](const auto& chosen) { return run(chosen); }, command));
}
