#include "text/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

namespace dynamo {
namespace {

/// The largest double has 309 digits before the point; this leaves room for as many decimals.
constexpr std::size_t kBuffer = 1200;
constexpr int kMostDecimals = 800;

std::string printed(double value, std::chars_format format, int precision) {
  std::array<char, kBuffer> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision);
  return {buffer.data(), result.ptr};
}

int within(int value, int low, int high) { return value < low ? low : (value > high ? high : value); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string with_separators(std::string_view digits) {
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) {
      result += ',';
    }
    result += digits[i];
  }
  return result;
}

/// Groups the digits between an optional sign and the point.
std::string group_digits(std::string_view text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  std::size_t end = start;
  while (end < text.size() && is_digit(text[end])) {
    ++end;
  }
  return std::string(text.substr(0, start)) + with_separators(text.substr(start, end - start)) +
         std::string(text.substr(end));
}

/// from_chars takes no plus sign; one is allowed here before a digit or the point.
std::string_view without_plus(std::string_view text) {
  const bool plus = text.size() > 1 && text[0] == '+' && (is_digit(text[1]) || text[1] == '.');
  return plus ? text.substr(1) : text;
}

/// Whether a decimal number that no double can hold is too close to zero rather than too large: the power of ten of its first
/// digit other than 0.
bool is_tiny(std::string_view number) {
  const std::size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  const std::string_view mantissa = number.substr(0, mantissa_end);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<std::int64_t>(std::min(mantissa.find_first_of("123456789"), mantissa.size()));
  const std::int64_t shift = first < point ? point - first - 1 : point - first;
  std::string_view exponent = number.substr(std::min(mantissa_end + 1, number.size()));
  const bool below_one = exponent.starts_with('-');
  return shift + parse_int(exponent).value_or(below_one ? std::numeric_limits<std::int32_t>::min() : 0) < 0;
}

}  // namespace

std::string shortest(double value) {
  std::array<char, 64> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::isnan(value) ? "nan" : std::string(buffer.data(), result.ptr);
}

std::string fixed(double value, int decimals) {
  if (std::isnan(value)) {
    return "nan";
  }
  std::string text = printed(value, std::chars_format::fixed, within(decimals, 0, kMostDecimals));
  if (text.starts_with('-') && text.find_first_not_of("-0.") == std::string::npos) {
    text.erase(0, 1);
  }
  return text;
}

std::string significant(double value, int digits) {
  return std::isnan(value) ? "nan" : printed(value, std::chars_format::general, within(digits, 1, kMostDecimals));
}

std::string grouped(std::int64_t value) { return group_digits(std::to_string(value)); }

std::string grouped(double value, int decimals) { return group_digits(fixed(value, decimals)); }

std::string readable(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value) || size >= 1e15) return fixed(value, 0);
  if (size >= 99.95) return grouped(static_cast<std::int64_t>(std::llround(value)));
  if (size >= 9.995) return fixed(value, 1);
  if (size >= 0.1 || size == 0) return fixed(value, size == 0 ? 0 : 2);
  return fixed(value, 3);
}

std::optional<double> parse_double(std::string_view text) {
  const std::string_view number = without_plus(text);
  double value = 0;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value);
  if (result.ec == std::errc::result_out_of_range && result.ptr == end && is_tiny(number)) {
    return number.starts_with('-') ? -0.0 : 0.0;
  }
  const bool complete = result.ec == std::errc() && result.ptr == end && !number.empty();
  return complete && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  const std::string_view number = without_plus(text);
  std::int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto result = std::from_chars(number.data(), end, value);
  const bool complete = result.ec == std::errc() && result.ptr == end && !number.empty();
  return complete ? std::optional(value) : std::nullopt;
}

}  // namespace dynamo
