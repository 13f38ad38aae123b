#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/document.h"

namespace dynamo::emit {

/// One flag of a command line with the words that belong to it.
struct Argument {
  std::string flag;
  std::vector<std::string> values;
  bool joined = false;   ///< written `--flag=value`

  /// The values as one text, for messages and comparisons; a switch has none.
  [[nodiscard]] std::string text() const;
};

/// A command line by flags. `leading` are the words before the first of them.
struct ArgumentList {
  std::vector<std::string> leading;
  std::vector<Argument> flags;

  /// The last of that name, which is the one an engine obeys; nullptr = none.
  [[nodiscard]] Argument* find(std::string_view flag);
  [[nodiscard]] const Argument* find(std::string_view flag) const;
  [[nodiscard]] std::vector<std::string> words() const;
};

[[nodiscard]] ArgumentList parse_arguments(const std::vector<std::string>& words);

/// The words of an `args` or `command` list; numbers and booleans as text, anything else is skipped.
[[nodiscard]] std::vector<std::string> words_of(const Value* list);
[[nodiscard]] Value list_of(const std::vector<std::string>& words);

/// The words of a shell line that quotes, expands and redirects nothing; nullopt for any other.
[[nodiscard]] std::optional<std::vector<std::string>> plain_words(std::string_view line);

}  // namespace dynamo::emit
