#pragma once

#include <string_view>

#include "exit_code.h"
#include "render/diagnostics.h"
#include "render/findings.h"

namespace dynamo::cli {

/// Writes data to stdout; a failed write is reported on stderr and is `kError`.
[[nodiscard]] ExitCode print(std::string_view text);

/// Writes to stderr.
void print_error(std::string_view text);

/// What stdout can show.
[[nodiscard]] Style output_style();

/// Prints findings and their count on stderr and returns what they mean for the exit code.
ExitCode report(const Diagnostics& diagnostics, const SourceTexts& texts = {});
ExitCode report(const Findings& findings, const SourceTexts& texts = {});

}  // namespace dynamo::cli
