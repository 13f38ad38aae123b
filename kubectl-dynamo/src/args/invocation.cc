#include "args/invocation.h"

#include <string_view>

namespace dynamo::cli {

namespace {

bool stands_for_job(const std::vector<std::string>& words) {
  if (words.size() < 3) return false;
  const std::string_view program = std::string_view(words[0]).substr(words[0].rfind('/') + 1);   // npos + 1 is 0
  return (program == "python" || program == "python3") && words[1] == "-m" && words[2] == "dynamo.profiler";
}

/// The last value of a flag, written `--flag value` or `--flag=value`.
std::optional<std::string> value_of(const std::vector<std::string>& arguments, std::string_view flag) {
  std::optional<std::string> value;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == flag && i + 1 < arguments.size()) value = arguments[i + 1];
    if (word.starts_with(flag) && word.substr(flag.size()).starts_with('=')) value = word.substr(flag.size() + 1);
  }
  return value;
}

}  // namespace

std::vector<std::string> arguments_of(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  if (!stands_for_job(words)) return {words.begin() + 1, words.end()};
  std::vector<std::string> arguments{"profile"};
  arguments.insert(arguments.end(), words.begin() + 3, words.end());
  return arguments;
}

std::optional<std::string> job_directory(const std::vector<std::string>& words) {
  const std::vector<std::string> arguments = arguments_of(words);
  const bool job = stands_for_job(words) || (!arguments.empty() && arguments[0] == "profile" && value_of(arguments, "--config"));
  if (!job) return std::nullopt;
  return value_of(arguments, "--output-dir").value_or(kJobDirectory);
}

}  // namespace dynamo::cli
