#pragma once

#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo {

/// Full name of YAML's own tags, of which `!!int` is short for one.
inline constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

/// `int` of the tag `!!int`; empty for the tags of somebody else.
[[nodiscard]] std::string_view standard_type(std::string_view tag);

[[nodiscard]] bool is_scalar_type(std::string_view type);

/// Whether a resolved value has the type that an explicit tag demands; an integer may become a float.
[[nodiscard]] bool convert_to_type(std::string_view type, Value& value);

}  // namespace dynamo
