#pragma once

#include <string>
#include <string_view>

namespace dynamo::facts {

/// The text with bare `Infinity` and `NaN`, which Python writes into some configurations though JSON has no such numbers,
/// replaced by zeros of the same length. No field that is read here can hold them.
[[nodiscard]] std::string without_infinities(std::string_view json);

}  // namespace dynamo::facts
