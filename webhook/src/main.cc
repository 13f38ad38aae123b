#include <unistd.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "args/args.h"
#include "certs/command.h"
#include "serve/serve.h"

namespace {

using namespace dynamo::webhook;
using Arguments = std::vector<std::string>;

void print(int descriptor, std::string_view text) {
  [[maybe_unused]] const ssize_t written = ::write(descriptor, text.data(), text.size());
}

int run_serve(const Arguments& arguments) {
  const Command command = parse_arguments(arguments);
  if (const auto* serving = std::get_if<ServeCommand>(&command)) return serve(serving->config);
  const auto& answer = std::get<PrintAndExit>(command);
  print(answer.usage_error ? STDERR_FILENO : STDOUT_FILENO, answer.text);
  return answer.usage_error ? 2 : 0;
}

struct Subcommand {
  std::string_view name;
  int (*run)(const Arguments& arguments);   ///< without the subcommand's name
};

// Without a name it is the first.
constexpr Subcommand kSubcommands[] = {{"serve", run_serve}, {"certs", run_certs}};

}  // namespace

int main(int argc, char** argv) {
  const Arguments words(argv + (argc > 0 ? 1 : 0), argv + argc);
  for (const Subcommand& subcommand : kSubcommands) {
    if (!words.empty() && words.front() == subcommand.name) return subcommand.run({words.begin() + 1, words.end()});
  }
  return kSubcommands[0].run(words);
}
