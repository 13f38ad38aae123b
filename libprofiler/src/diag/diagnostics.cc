#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo {
namespace {

std::size_t count(const std::vector<Diagnostic>& items, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(items.begin(), items.end(), [&](const Diagnostic& item) { return item.severity == severity; }));
}

/// Every field takes part: findings that compare equal are the same, so an unstable sort keeps the order total.
bool reads_before(const Diagnostic& a, const Diagnostic& b) {
  const auto position = [](const Diagnostic& item) {
    return std::tuple(item.mark.line == 0, item.mark.line, item.mark.column, item.mark.length);
  };
  if (a.source != b.source) {
    return a.source < b.source;
  }
  if (position(a) != position(b)) {
    return position(a) < position(b);
  }
  return std::tie(a.path, a.rule, a.severity, a.code, a.bad_value, a.reason, a.hint) <
         std::tie(b.path, b.rule, b.severity, b.code, b.bad_value, b.reason, b.hint);
}

}  // namespace

bool Diagnostics::has_errors() const { return error_count() > 0; }

std::size_t Diagnostics::error_count() const { return count(items_, Severity::kError); }

std::size_t Diagnostics::warning_count() const { return count(items_, Severity::kWarning); }

void Diagnostics::sort() { std::sort(items_.begin(), items_.end(), reads_before); }

Diagnostics one_error(DiagnosticCode code, std::string rule, std::string reason, std::string hint) {
  Diagnostic error;
  error.code = code;
  error.rule = std::move(rule);
  error.reason = std::move(reason);
  error.hint = std::move(hint);
  Diagnostics diagnostics;
  diagnostics.add(std::move(error));
  return diagnostics;
}

}  // namespace dynamo
