#pragma once

#include <span>
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

}  // namespace dynamo::webhook
