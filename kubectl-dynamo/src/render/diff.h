#pragma once

#include <string>
#include <string_view>

#include "render/style.h"

namespace dynamo::cli {

/// What it takes to get from one text to the other, line by line in the form of `diff -u`, with three lines around each
/// change. Empty when they are equal.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, std::string_view before_name,
                                       std::string_view after_name, const Style& style);

}  // namespace dynamo::cli
