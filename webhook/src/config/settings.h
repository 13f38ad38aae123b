#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/values.h"

namespace dynamo::webhook {

/// One setting: how it is called as a flag and in the configuration file, what it means, and how to read and write it.
struct Setting {
  std::string_view flag;   ///< without the dashes
  std::string_view key;    ///< in the configuration file
  std::string_view group;
  std::string_view type;   ///< shown in the help
  std::string_view help;
  Parsed (*set)(Config&, std::string_view);
  std::string (*get)(const Config&);
};

/// All settings in the order of the help text.
[[nodiscard]] std::span<const Setting> settings();

/// A setting as somebody gave it, with the text that its flag would have.
struct Given {
  const Setting* setting = nullptr;
  std::string text;
};

/// What no order could settle: two settings of one place, flags or file, that say opposite things about the same. A sentence in
/// the spelling of that place; empty = there is none.
[[nodiscard]] std::string contradiction(std::span<const Given> given, bool as_flags);

}  // namespace dynamo::webhook
