#include "render/numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace dynamo::cli {

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 400> buffer{};   // the longest double in fixed notation has 309 digits before the point
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  return {buffer.data(), result.ptr};
}

std::string grouped(long long value) {
  std::string digits = std::to_string(value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string readable(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  if (size >= 1e15) return fixed(value, 0);
  if (size >= 99.95) return grouped(std::llround(value));
  if (size >= 9.995) return fixed(value, 1);
  if (size >= 0.1 || size == 0) return fixed(value, size == 0 ? 0 : 2);
  return fixed(value, 3);
}

std::string share_of_load(double percent) {
  constexpr double kMost = 99.9;
  const double tenths = std::round(percent * 10) / 10;
  return plain(percent < 100 ? std::min(tenths, kMost) : tenths) + " %";
}

std::string plain(double value) {
  std::string text = fixed(value, 3);
  if (text.find('.') == std::string::npos) return text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace dynamo::cli
