#pragma once

#include <string>
#include <vector>

namespace dynamo {

/// What follows a complaint about an unknown word: "; did you mean a or b?", or "" if `nearest` is empty.
[[nodiscard]] std::string suggestion(const std::vector<std::string>& nearest);

}  // namespace dynamo
