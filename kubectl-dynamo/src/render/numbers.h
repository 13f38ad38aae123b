#pragma once

#include <string>

namespace dynamo::cli {

/// Fixed number of decimals, no locale; `-` for NaN and infinities.
[[nodiscard]] std::string fixed(double value, int decimals);

/// As many digits as help a reader: 6,369 · 463 · 49.7 · 4.25 · 0.031.
[[nodiscard]] std::string readable(double value);

/// An integer with thousands separated by commas.
[[nodiscard]] std::string grouped(long long value);

/// A target as the user wrote it: up to three decimals, no trailing zeros.
[[nodiscard]] std::string plain(double value);

/// `4 %`, `2.8 %`: one decimal where it is not zero. Never `100 %` of a load that is not all carried.
[[nodiscard]] std::string share_of_load(double percent);

}  // namespace dynamo::cli
