#include "rules/report.h"

#include <algorithm>
#include <utility>

#include "request/suggestion.h"
#include "text/did_you_mean.h"
#include "text/number_text.h"
#include "text/utf8.h"

namespace dynamo {
namespace {

constexpr std::size_t kMaxQuoted = 80;

std::string with_unit(double value, std::string_view unit) {
  return shortest(value) + (unit.empty() ? std::string() : " " + std::string(unit));
}

/// What is wrong with `value`, or "" if it lies in `range`.
std::string out_of_range(double value, const Range& range) {
  const bool too_low = range.open_low ? value <= range.low : value < range.low;
  if (value != value) {
    return "must be a number, not NaN";
  }
  if (too_low) {
    return (range.open_low ? "must be above " : "must be at least ") + with_unit(range.low, range.unit) + ", not " +
           shortest(value);
  }
  if (value > range.high) {
    return "must be at most " + with_unit(range.high, range.unit) + ", not " + shortest(value);
  }
  return {};
}

bool check_number(
    Report& report, RuleId rule, std::string_view field, double value, SourceMark mark, const Range& range) {
  std::string reason = out_of_range(value, range);
  if (reason.empty()) {
    return true;
  }
  report.error({.rule = rule,
                .field = std::string(field),
                .reason = std::move(reason),
                .bad_value = shortest(value),
                .mark = mark});
  return false;
}

}  // namespace

void Report::add(Severity severity, Finding finding) {
  diagnostics_.add({.severity = severity,
                    .code = finding.code,
                    .rule = std::string(finding.rule.text()),
                    .path = path(finding.field),
                    .bad_value = std::move(finding.bad_value),
                    .reason = std::move(finding.reason),
                    .hint = std::move(finding.hint),
                    .source = spec.source,
                    .mark = finding.mark});
}

void Report::adopt(const Diagnostics& found, std::string_view field, SourceMark mark) {
  for (Diagnostic diagnostic : found.items()) {
    if (diagnostic.source.empty()) {
      diagnostic.source = spec.source;
      diagnostic.mark = mark;
    }
    if (diagnostic.path.empty()) {
      diagnostic.path = path(field);
    }
    diagnostics_.add(std::move(diagnostic));
  }
}

void Report::origin(std::string_view field, std::string value, std::string origin) {
  request.origins.push_back({path(field), std::move(value), std::move(origin)});
}

std::string Report::path(std::string_view field) const {
  if (spec.path_prefix.empty() || field.empty()) {
    return field.empty() ? spec.path_prefix : std::string(field);
  }
  return spec.path_prefix + "." + std::string(field);
}

bool check_range(Report& report, RuleId rule, std::string_view field, const Field<double>& value, const Range& range) {
  return value.set() && check_number(report, rule, field, value.value, value.mark, range);
}

bool check_range(
    Report& report, RuleId rule, std::string_view field, const Field<std::int64_t>& value, const Range& range) {
  return value.set() && check_number(report, rule, field, static_cast<double>(value.value), value.mark, range);
}

bool check_word(Report& report,
                RuleId rule,
                std::string_view field,
                const Field<std::string>& value,
                std::span<const std::string_view> words) {
  if (!value.set()) {
    return false;
  }
  if (std::ranges::find(words, value.value) != words.end()) {
    return true;
  }
  report.error({.rule = rule,
                .code = DiagnosticCode::kNotSupported,
                .field = std::string(field),
                .reason = "unknown value " + quoted(value.value) + suggestion(nearest_names(value.value, words, 1)),
                .hint = "use " + either(words),
                .bad_value = value.value,
                .mark = value.mark});
  return false;
}

std::string either(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : (i + 1 == words.size() ? " or " : ", ");
    text += words[i];
  }
  return text;
}

std::string quoted(std::string_view text) {
  const bool cut = text.size() > kMaxQuoted;
  return "\"" + valid_utf8(text.substr(0, kMaxQuoted)) + (cut ? "...\"" : "\"");
}

}  // namespace dynamo
