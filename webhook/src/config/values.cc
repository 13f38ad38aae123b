#include "config/values.h"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace dynamo::webhook {
namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<bool, 2> kBools = {{{true, "true"}, {false, "false"}}};
constexpr Names<TlsVersion, 2> kTlsVersions = {{{TlsVersion::k12, "1.2"}, {TlsVersion::k13, "1.3"}}};
constexpr Names<CertificateOrigin, 2> kCertificateOrigins = {
    {{CertificateOrigin::kFiles, "files"}, {CertificateOrigin::kSelfManaged, "self-managed"}}};
constexpr Names<Feasibility, 3> kFeasibilities = {
    {{Feasibility::kOff, "off"}, {Feasibility::kWarn, "warn"}, {Feasibility::kDeny, "deny"}}};
constexpr Names<ImmutabilityMode, 2> kImmutabilities = {
    {{ImmutabilityMode::kStrict, "strict"}, {ImmutabilityMode::kPhase, "phase"}}};
constexpr Names<LogLevel, 4> kLogLevels = {{{LogLevel::kDebug, "debug"},
                                            {LogLevel::kInfo, "info"},
                                            {LogLevel::kWarning, "warning"},
                                            {LogLevel::kError, "error"}}};

template <typename Enum, std::size_t N>
Parsed parse_name(std::string_view text, const Names<Enum, N>& names, Enum& value) {
  std::string choices;
  for (const auto& [known, name] : names) {
    if (name == text) {
      value = known;
      return {};
    }
    choices += (choices.empty() ? "" : "|") + std::string(name);
  }
  return std::unexpected("one of " + choices);
}

template <typename Enum, std::size_t N>
std::string format_name(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return std::string(name);
  }
  return {};
}

struct Unit {
  std::string_view name;
  std::size_t factor;   ///< of the smallest unit
};

// Largest first, so that format() finds the shortest text.
constexpr std::array kByteUnits = {Unit{"Gi", std::size_t{1} << 30}, Unit{"Mi", std::size_t{1} << 20},
                                   Unit{"Ki", std::size_t{1} << 10}, Unit{"", 1}};
constexpr std::array kTimeUnits = {Unit{"h", 3600000}, Unit{"m", 60000}, Unit{"s", 1000}, Unit{"ms", 1}};

/// A whole number with one of the units; nothing for anything else, or where it would not fit.
template <std::size_t N>
bool parse_quantity(std::string_view text, const std::array<Unit, N>& units, std::size_t& value) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    // Half of the range, so that nobody who adds two of them overflows.
    if (number > std::numeric_limits<std::size_t>::max() / 2 / unit.factor) return false;
    value = number * unit.factor;
    return true;
  }
  return false;
}

template <std::size_t N>
std::string format_quantity(std::size_t value, const std::array<Unit, N>& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return "0" + std::string(units.back().name);
}

template <typename Number>
Parsed parse_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return {};
  return std::unexpected("a whole number from 0 to " + std::to_string(std::numeric_limits<Number>::max()));
}

}  // namespace

Parsed parse(std::string_view text, std::string& value) {
  value = text;
  return {};
}

Parsed parse(std::string_view text, std::vector<std::string>& value) {
  value.clear();
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) value.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return {};
}

Parsed parse(std::string_view text, bool& value) { return parse_name(text, kBools, value); }
Parsed parse(std::string_view text, std::uint16_t& value) { return parse_number(text, value); }
Parsed parse(std::string_view text, std::size_t& value) { return parse_number(text, value); }

Parsed parse(std::string_view text, Bytes& value) {
  if (parse_quantity(text, kByteUnits, value.count)) return {};
  return std::unexpected("a number of bytes such as 512Ki or 7Mi");
}

Parsed parse(std::string_view text, Duration& value) {
  // A century is longer than any of these, and can be added to a clock.
  constexpr std::size_t kLongest = std::size_t{100} * 366 * 24 * 3600000;
  std::size_t millis = 0;
  if (parse_quantity(text, kTimeUnits, millis) && millis <= kLongest) {
    value = Duration(millis);
    return {};
  }
  return std::unexpected("a duration such as 500ms, 15s or 2m");
}

Parsed parse(std::string_view text, TlsVersion& value) { return parse_name(text, kTlsVersions, value); }
Parsed parse(std::string_view text, CertificateOrigin& value) { return parse_name(text, kCertificateOrigins, value); }
Parsed parse(std::string_view text, Feasibility& value) {
  // YAML reads an unquoted off as a boolean.
  return parse_name(text == "false" ? "off" : text, kFeasibilities, value);
}
Parsed parse(std::string_view text, ImmutabilityMode& value) { return parse_name(text, kImmutabilities, value); }
Parsed parse(std::string_view text, LogLevel& value) { return parse_name(text, kLogLevels, value); }

std::string format(const std::string& value) { return value; }

std::string format(const std::vector<std::string>& value) {
  std::string out;
  for (const std::string& item : value) out += (out.empty() ? "" : ",") + item;
  return out;
}

std::string format(const bool& value) { return format_name(kBools, value); }
std::string format(const std::uint16_t& value) { return std::to_string(value); }
std::string format(const std::size_t& value) { return std::to_string(value); }
std::string format(const Bytes& value) { return format_quantity(value.count, kByteUnits); }
std::string format(const Duration& value) { return format_quantity(static_cast<std::size_t>(value.count()), kTimeUnits); }
std::string format(const TlsVersion& value) { return format_name(kTlsVersions, value); }
std::string format(const CertificateOrigin& value) { return format_name(kCertificateOrigins, value); }
std::string format(const Feasibility& value) { return format_name(kFeasibilities, value); }
std::string format(const ImmutabilityMode& value) { return format_name(kImmutabilities, value); }
std::string format(const LogLevel& value) { return format_name(kLogLevels, value); }

}  // namespace dynamo::webhook
