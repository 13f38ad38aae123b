#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo {

/// The known names that `typed` may have meant, best first: at most `at_most`, and only those near enough to be worth
/// offering. Case and separators (`-`, `_`, `.`, `/`, blanks) do not count as differences.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view typed,
                                                     std::span<const std::string_view> names,
                                                     std::size_t at_most = 3);
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view typed,
                                                     const std::vector<std::string>& names,
                                                     std::size_t at_most = 3);

/// The same as a hint: "did you mean `a` or `b`?"; empty when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       std::span<const std::string_view> names,
                                       std::size_t at_most = 3);
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       const std::vector<std::string>& names,
                                       std::size_t at_most = 3);

/// Edits between two texts: insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace dynamo
