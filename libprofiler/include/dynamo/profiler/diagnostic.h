#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dynamo {

enum class Severity { kError, kWarning };

/// What kind of mistake a diagnostic reports. The names follow Kubernetes' `field.ErrorType`, so that the
/// webhook can map each to a status cause without a second table.
enum class DiagnosticCode {
  kRequired,       ///< a value is missing
  kInvalid,        ///< a value has the right type but is not allowed
  kTypeInvalid,    ///< a value has the wrong type
  kNotSupported,   ///< a value is not one of a closed list
  kForbidden,      ///< a combination of values is not allowed
  kUnknownField,   ///< a key nobody reads
  kDuplicate,      ///< a key or document given twice
  kTooLarge,       ///< a size or nesting limit was exceeded
  kUnsupported,    ///< valid, but this model, GPU and backend cannot be served together
  kMissingData,    ///< a table, pack or fact that the answer needs is absent or damaged
  kIo,             ///< a file, directory or program could not be used
  kInternal,       ///< a self-check of this program failed
};

/// Where in its source text a value stands. Lines and columns count from 1; 0 means unknown.
struct SourceMark {
  int line = 0;
  int column = 0;
  int length = 0;  ///< characters to underline, 0 = unknown
  auto operator<=>(const SourceMark&) const = default;
};

/// One finding about the input. `reason` says what is wrong, `hint` what to do about it.
struct Diagnostic {
  Severity severity = Severity::kError;
  DiagnosticCode code = DiagnosticCode::kInvalid;
  std::string rule;        ///< stable id such as `workload.load.exclusive`; documented in docs/diagnostics.md
  std::string path;        ///< field path such as `spec.sla.ttft`; empty = the whole document
  std::string bad_value;   ///< the offending value as written; empty = none
  std::string reason;      ///< one sentence without a final full stop
  std::string hint;        ///< what to do; may be empty
  std::string source;      ///< file name, `<stdin>` or `<flags>`; empty = unknown
  SourceMark mark;
};

/// A list of findings in the order they should be read.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { items_.push_back(std::move(diagnostic)); }
  void append(const Diagnostics& other) {
    items_.insert(items_.end(), other.items_.begin(), other.items_.end());
  }

  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] std::size_t error_count() const;
  [[nodiscard]] std::size_t warning_count() const;
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] const std::vector<Diagnostic>& items() const { return items_; }

  /// Orders by source and position (unknown positions last), then path, then rule. Stable and total, so the same
  /// input always prints the same text.
  void sort();

 private:
  std::vector<Diagnostic> items_;
};

/// Shorthand for a list that holds one error.
[[nodiscard]] Diagnostics one_error(DiagnosticCode code, std::string rule, std::string reason, std::string hint = {});

}  // namespace dynamo
