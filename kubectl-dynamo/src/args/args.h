#pragma once

#include <string>
#include <vector>

#include "args/options.h"

namespace dynamo::cli {

/// `arguments` without the program name. Never fails: a usage error is a command that prints it.
[[nodiscard]] Command parse_arguments(const std::vector<std::string>& arguments);

/// A word that may come next.
struct Suggestion {
  std::string word, description;
};

/// What the grammar knows about the last of some words.
struct Completion {
  std::vector<Suggestion> suggestions;   ///< commands and flags that fit here
  std::string command;                   ///< the command being completed
  std::string option;                    ///< not empty: the last word is the value of this option
};

/// `words` as kubectl hands them over: everything after the plugin's name, the word being typed last (maybe empty).
[[nodiscard]] Completion complete_arguments(const std::vector<std::string>& words);

}  // namespace dynamo::cli
