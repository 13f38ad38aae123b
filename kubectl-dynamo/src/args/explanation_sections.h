#pragma once

#include <array>
#include <string_view>

namespace dynamo::cli {

/// Parts of an explanation that `explain --section` shows, in the order of `all`.
inline constexpr std::array<std::string_view, 13> kExplanationSections = {
    "why", "candidates", "runners-up", "modes", "change", "funnel", "layouts", "rates", "memory", "time", "sure", "inputs", "assumptions"};

}  // namespace dynamo::cli
