#pragma once

#include <map>
#include <string>
#include <string_view>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// Source name → its text, to quote the offending line from.
using SourceTexts = std::map<std::string, std::string_view, std::less<>>;

/// Findings as a person reads them: what and why, the line with a caret, what to do. Nothing for an empty list. `about` names in a line
/// above what they all belong to; without it each source is named where there are several.
[[nodiscard]] std::string render_diagnostics(const Diagnostics& diagnostics, const SourceTexts& texts, const Style& style,
                                             const std::string& about = {});

/// "3 errors, 1 warning" with line end; empty when there is nothing to count.
[[nodiscard]] std::string render_counts(const Diagnostics& diagnostics);

/// The findings as an array for JSON output.
[[nodiscard]] Value diagnostics_value(const Diagnostics& diagnostics);

}  // namespace dynamo::cli
