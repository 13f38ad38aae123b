#include "doc/yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

namespace dynamo {
namespace {

constexpr std::array<std::string_view, 11> kTrueWords{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                      "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalseWords{"n",     "N",     "no",  "No",  "NO", "false",
                                                       "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNullWords{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kNanWords{".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 6> kInfinityWords{".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"};
constexpr std::array<std::string_view, 3> kMinusInfinityWords{"-.inf", "-.Inf", "-.INF"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_sign(char c) { return c == '+' || c == '-'; }

std::string_view without_sign(std::string_view text) {
  return !text.empty() && is_sign(text[0]) ? text.substr(1) : text;
}

std::string without_underscores(std::string_view text) {
  std::string result(text);
  std::erase(result, '_');
  return result;
}

/// Takes the leading digits off `text` and says how many there were.
std::size_t take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
bool has_float_form(std::string_view text) {
  text = without_sign(text);
  const std::size_t whole = take_digits(text);
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
  }
  if (whole + fraction == 0) {
    return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text = without_sign(text.substr(1));
    return take_digits(text) > 0 && text.empty();
  }
  return text.empty();
}

/// Digits of an integer literal and their base; an empty view when the text is none.
struct IntegerLiteral {
  std::string_view digits;
  int base = 10;
};

IntegerLiteral integer_literal(std::string_view text) {
  if (text.size() > 2 && text[0] == '0') {
    switch (text[1]) {
      case 'x':
      case 'X':
        return {.digits = text.substr(2), .base = 16};
      case 'b':
      case 'B':
        return {.digits = text.substr(2), .base = 2};
      case 'o':
      case 'O':
        return {.digits = text.substr(2), .base = 8};
      default:
        break;
    }
  }
  if (text.size() > 1 && text[0] == '0') {
    return {.digits = text.substr(1), .base = 8};
  }
  return {.digits = text, .base = 10};
}

/// An integer too large for 64 bits keeps its magnitude as a double.
double magnitude(const IntegerLiteral& literal) {
  double value = 0;
  for (const char c : literal.digits) {
    int digit = 0;
    std::from_chars(&c, &c + 1, digit, literal.base);
    value = value * literal.base + digit;
  }
  return value;
}

std::optional<Value> integer_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  const IntegerLiteral literal = integer_literal(without_sign(text));
  std::uint64_t number = 0;
  const char* const end = literal.digits.data() + literal.digits.size();
  const auto result = std::from_chars(literal.digits.data(), end, number, literal.base);
  if (literal.digits.empty() || result.ptr != end || result.ec == std::errc::invalid_argument) {
    return std::nullopt;
  }
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (result.ec == std::errc() && number <= kLargest + (negative ? 1 : 0)) {
    return Value(static_cast<std::int64_t>(negative ? 0 - number : number));
  }
  if (literal.base == 10) {
    return std::nullopt;
  }
  return Value(negative ? -magnitude(literal) : magnitude(literal));
}

/// A float as Go's ParseFloat reads it: too large is no number, too small is zero.
std::optional<Value> float_value(std::string_view text) {
  if (!has_float_form(text)) {
    return std::nullopt;
  }
  const bool negative = text.starts_with('-');
  text = without_sign(text);
  double number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent == std::string_view::npos ? text.find_first_not_of("0") == text.find('.')
                                                         : text.substr(exponent + 1).starts_with('-');
    if (!tiny) {
      return std::nullopt;
    }
    number = 0;
  }
  return Value(negative ? -number : number);
}

std::optional<Value> word_value(std::string_view text) {
  if (is_one_of(text, kTrueWords)) {
    return Value(true);
  }
  if (is_one_of(text, kFalseWords)) {
    return Value(false);
  }
  if (is_one_of(text, kNullWords)) {
    return Value();
  }
  if (is_one_of(text, kNanWords)) {
    return Value(std::numeric_limits<double>::quiet_NaN());
  }
  if (is_one_of(text, kInfinityWords)) {
    return Value(std::numeric_limits<double>::infinity());
  }
  if (is_one_of(text, kMinusInfinityWords)) {
    return Value(-std::numeric_limits<double>::infinity());
  }
  return std::nullopt;
}

std::optional<Value> number_value(std::string_view text) {
  if (text[0] == '.') {
    return float_value(text);
  }
  if (!is_digit(text[0]) && !is_sign(text[0])) {
    return std::nullopt;
  }
  const std::string plain = without_underscores(text);
  if (auto integer = integer_value(plain)) {
    return integer;
  }
  return float_value(plain);
}

/// A date of YAML 1.1: `2020-1-31`, alone or before a time of day.
bool has_date_form(std::string_view text) {
  if (take_digits(text) != 4 || !text.starts_with('-')) {
    return false;
  }
  text.remove_prefix(1);
  const std::size_t month = take_digits(text);
  if (month < 1 || month > 2 || !text.starts_with('-')) {
    return false;
  }
  text.remove_prefix(1);
  const std::size_t day = take_digits(text);
  const bool ends = text.empty() || text[0] == 'T' || text[0] == 't' || text[0] == ' ';
  return day >= 1 && day <= 2 && ends;
}

/// A number to base 60 of YAML 1.1: `12:30`, `1:30:00.5`.
bool has_base60_form(std::string_view text) {
  text = without_sign(text);
  if (take_digits(text) == 0 || !text.starts_with(':')) {
    return false;
  }
  while (text.starts_with(':')) {
    text.remove_prefix(1);
    const std::size_t digits = take_digits(text);
    if (digits < 1 || digits > 2) {
      return false;
    }
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    take_digits(text);
  }
  return text.empty();
}

}  // namespace

Value resolve_plain_scalar(std::string_view text) {
  if (auto word = word_value(text)) {
    return *std::move(word);
  }
  if (auto number = number_value(text)) {
    return *std::move(number);
  }
  return {std::string(text)};
}

bool always_reads_as_string(std::string_view text) {
  if (resolve_plain_scalar(text).type() != Value::Type::kString || text == "=" || text == "<<") {
    return false;
  }
  const std::string plain = without_underscores(text);
  return !has_float_form(plain) && !has_base60_form(plain) && !has_date_form(text);
}

}  // namespace dynamo
