#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynamo::tables {

/// Order in which version slots are compared: numeric triple, release after candidate, candidate number, last integer after the
/// triple. Case does not matter; missing numbers are zero.
[[nodiscard]] bool slot_order_less(std::string_view a, std::string_view b);

/// Whether the text is a PEP 440 version (`1.3.0rc20`, `0.5.6.post2`, `0.1.dev19262`).
[[nodiscard]] bool is_pep440(std::string_view text);

/// PEP 440 order; only for texts that `is_pep440`.
[[nodiscard]] bool pep440_less(std::string_view a, std::string_view b);

}  // namespace dynamo::tables
