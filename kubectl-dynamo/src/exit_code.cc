#include "exit_code.h"

namespace dynamo::cli {
namespace {

int gravity(ExitCode code) {
  switch (code) {
    case ExitCode::kOk: return 0;
    case ExitCode::kSlaUnmet: return 1;
    case ExitCode::kUnsupported: return 2;
    case ExitCode::kInvalidRequest: return 3;
    case ExitCode::kError: return 4;
    case ExitCode::kUsage: return 5;
  }
  return 5;
}

ExitCode exit_code_of(DiagnosticCode code) {
  switch (code) {
    case DiagnosticCode::kIo:
    case DiagnosticCode::kMissingData:
    case DiagnosticCode::kInternal: return ExitCode::kError;
    case DiagnosticCode::kUnsupported: return ExitCode::kUnsupported;
    default: return ExitCode::kInvalidRequest;
  }
}

}  // namespace

ExitCode worse_of(ExitCode a, ExitCode b) { return gravity(a) >= gravity(b) ? a : b; }

ExitCode exit_code_of(const Diagnostics& diagnostics) {
  ExitCode worst = ExitCode::kOk;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    if (diagnostic.severity == Severity::kError) worst = worse_of(worst, exit_code_of(diagnostic.code));
  }
  return worst;
}

}  // namespace dynamo::cli
