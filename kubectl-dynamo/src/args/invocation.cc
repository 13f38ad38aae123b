#include "args/invocation.h"

#include <string_view>

namespace dynamo::cli {

std::vector<std::string> arguments_of(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  const std::string_view program = std::string_view(words[0]).substr(words[0].rfind('/') + 1);   // npos + 1 is 0
  const bool as_python = program == "python" || program == "python3";
  if (as_python && words.size() >= 3 && words[1] == "-m" && words[2] == "dynamo.profiler") {
    std::vector<std::string> arguments{"profile"};
    arguments.insert(arguments.end(), words.begin() + 3, words.end());
    return arguments;
  }
  return {words.begin() + 1, words.end()};
}

}  // namespace dynamo::cli
