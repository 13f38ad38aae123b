#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dynamo/profiler/request.h"
#include "rules/catalog.h"

namespace dynamo {

/// What a rule found; source and severity come from the report.
struct Finding {
  RuleId rule;
  DiagnosticCode code = DiagnosticCode::kInvalid;
  std::string field{};  ///< relative to the spec, e.g. `sla.ttft`
  std::string reason{};
  std::string hint{};
  std::string bad_value{};
  SourceMark mark{};
};

/// What every rule is given: the request as written, the one being made, and where findings go.
class Report {
 public:
  Report(const RequestSpec& spec, const ValidateOptions& options, ValidatedRequest& request, Diagnostics& diagnostics)
      : spec(spec), options(options), request(request), diagnostics_(diagnostics) {}

  void error(Finding finding) { add(Severity::kError, std::move(finding)); }

  void warning(Finding finding) { add(Severity::kWarning, std::move(finding)); }

  /// Takes over findings made elsewhere, giving them a place if they have none.
  void adopt(const Diagnostics& found, std::string_view field, SourceMark mark);

  /// Records a value the user did not write.
  void origin(std::string_view field, std::string value, std::string origin);

  /// `field` with the prefix the user's document gives it.
  [[nodiscard]] std::string path(std::string_view field) const;

  /// The place of a field that may be missing: its value, else its key, else `parent`, else the spec.
  template <typename T>
  [[nodiscard]] SourceMark place(const Field<T>& field, SourceMark parent = {}) const {
    for (const SourceMark mark : {field.mark, field.key_mark, parent}) {
      if (mark.line != 0) {
        return mark;
      }
    }
    return spec.mark;
  }

  const RequestSpec& spec;
  const ValidateOptions& options;
  ValidatedRequest& request;

 private:
  void add(Severity severity, Finding finding);

  Diagnostics& diagnostics_;
};

/// The closed interval, or with `open_low` half-open one, a number has to lie in.
struct Range {
  double low = 0;
  double high = 0;
  bool open_low = false;
  std::string_view unit;  ///< printed after numbers; "" = none
};

/// Reports a set field outside `range`, NaN included; true if it may be used.
bool check_range(Report& report, RuleId rule, std::string_view field, const Field<double>& value, const Range& range);
bool check_range(
    Report& report, RuleId rule, std::string_view field, const Field<std::int64_t>& value, const Range& range);

/// Reports a set field that is none of `words`; true if it is one.
bool check_word(Report& report,
                RuleId rule,
                std::string_view field,
                const Field<std::string>& value,
                std::span<const std::string_view> words);

/// "a, b or c"
[[nodiscard]] std::string either(std::span<const std::string_view> words);

/// `text` in double quotes, cut when it is long.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace dynamo
