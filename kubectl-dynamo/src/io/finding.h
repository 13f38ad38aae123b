#pragma once

#include <string>
#include <utility>

#include "dynamo/profiler/diagnostic.h"

namespace dynamo::cli {

/// A finding about a whole file or the machine rather than about a field.
[[nodiscard]] inline Diagnostic finding(DiagnosticCode code, std::string rule, std::string reason, std::string hint,
                                        std::string source = {}) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.rule = std::move(rule);
  diagnostic.reason = std::move(reason);
  diagnostic.hint = std::move(hint);
  diagnostic.source = std::move(source);
  return diagnostic;
}

/// As a list.
[[nodiscard]] inline Diagnostics findings(Diagnostic diagnostic) {
  Diagnostics diagnostics;
  diagnostics.add(std::move(diagnostic));
  return diagnostics;
}

}  // namespace dynamo::cli
