#pragma once

#include <string>
#include <string_view>

namespace dynamo::facts {

/// The letters and digits of a name in lower case: what two spellings of the same GPU have in common.
[[nodiscard]] std::string folded(std::string_view name);

/// ASCII lower case, everything else untouched.
[[nodiscard]] std::string lower(std::string_view text);

}  // namespace dynamo::facts
