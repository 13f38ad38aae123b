#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo {

// None of these looks at the locale. NaN and infinities print as `nan`, `inf`, `-inf`.

/// The shortest text that reads back as the same double: `30`, `0.1`, `1e+21`.
[[nodiscard]] std::string shortest(double value);

/// `decimals` digits after the point: fixed(3.14159, 2) = `3.14`. A value that rounds to zero has no sign.
[[nodiscard]] std::string fixed(double value, int decimals);

/// As printf's `%.<digits>g`: significant(0.1, 10) = `0.1`, significant(123456.7, 3) = `1.23e+05`.
[[nodiscard]] std::string significant(double value, int digits);

/// Thousands separated by commas: `1,234,567` and grouped(1234.56, 1) = `1,234.6`.
[[nodiscard]] std::string grouped(std::int64_t value);
[[nodiscard]] std::string grouped(double value, int decimals);

/// As many digits as help a reader: `6,369`, `463`, `49.7`, `4.25`, `0.031`.
[[nodiscard]] std::string readable(double value);

/// The whole text as a finite decimal number: optional sign, digits, fraction, exponent; no blanks, no hex, no `inf`. What is
/// closer to zero than any double is zero.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);

/// The whole text as a decimal integer with optional sign; nothing when it does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_int(std::string_view text);

}  // namespace dynamo
