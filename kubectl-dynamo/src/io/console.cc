#include "io/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "io/atomic_write.h"
#include "io/environment.h"

namespace dynamo::cli {

ExitCode print(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return ExitCode::kOk;
  print_error(std::string("error: cannot write to stdout: ") + std::strerror(errno) + "\n");
  return ExitCode::kError;
}

void print_error(std::string_view text) {
  // Nothing is left to tell the user with when stderr itself fails.
  static_cast<void>(write_all(STDERR_FILENO, text));
}

Style output_style() { return Style(colour_allowed(STDOUT_FILENO), unicode_allowed()); }

ExitCode report(const Diagnostics& diagnostics, const SourceTexts& texts) {
  Findings findings;
  findings.append(diagnostics);
  return report(findings, texts);
}

ExitCode report(const Findings& findings, const SourceTexts& texts) {
  print_error(findings.text(texts, Style(colour_allowed(STDERR_FILENO))));
  return exit_code_of(findings.all());
}

}  // namespace dynamo::cli
