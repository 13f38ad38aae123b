#include <cmath>

#include "dynamo/profiler/what_if.h"
#include "text/number_text.h"

namespace dynamo {
namespace {

constexpr double kMostValues = 200;

std::unexpected<Diagnostics> refused(std::string_view text, std::string why, std::string hint) {
  return std::unexpected(
      one_error(DiagnosticCode::kInvalid, "whatif.variation", "\"" + std::string(text) + "\" " + std::move(why), std::move(hint)));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// Decimal steps stay decimal: 0.1 + 2 * 0.1 is 0.3.
std::string value_at(double first, double step, double index) {
  constexpr int kDigits = 12;
  return significant(first + index * step, kDigits);
}

}  // namespace

std::expected<Variation, Diagnostics> parse_variation(std::string_view text) {
  constexpr std::string_view kHint = "write it as sla.itl=15,20";
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return refused(text, "names no field and values", std::string(kHint));
  Variation variation{std::string(text.substr(0, equals)), split(text.substr(equals + 1), ',')};
  for (const std::string& value : variation.values) {
    if (value.empty()) return refused(text, "has an empty value", std::string(kHint));
  }
  return variation;
}

std::expected<Variation, Diagnostics> parse_sweep(std::string_view text) {
  constexpr std::string_view kHint = "write it as sla.itl=5:50:5 (first:last:step)";
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return refused(text, "names no field and range", std::string(kHint));
  const std::vector<std::string> parts = split(text.substr(equals + 1), ':');
  if (parts.size() != 3) return refused(text, "is no range", std::string(kHint));
  const auto first = parse_double(parts[0]), last = parse_double(parts[1]), step = parse_double(parts[2]);
  if (!first || !last || !step) return refused(text, "has something else than numbers in its range", std::string(kHint));
  if (!(*step > 0)) return refused(text, "needs a step above 0", std::string(kHint));
  if (*last < *first) return refused(text, "ends before it begins", std::string(kHint));
  constexpr double kRounding = 1e-9;
  const double count = std::floor((*last - *first) / *step + kRounding) + 1;
  if (count > kMostValues) return refused(text, "has more than 200 values", "take a larger step");
  Variation variation{std::string(text.substr(0, equals)), {}};
  for (double i = 0; i < count; ++i) variation.values.push_back(value_at(*first, *step, i));
  return variation;
}

}  // namespace dynamo
