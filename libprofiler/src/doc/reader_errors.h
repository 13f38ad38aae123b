#pragma once

#include <cstddef>
#include <string_view>

#include "doc/source_text.h"
#include "dynamo/profiler/document_io.h"

namespace dynamo {

/// After this many findings a document is not read on.
inline constexpr std::size_t kMostFindings = 50;

// The errors that both readers report.
[[nodiscard]] Diagnostic too_deep_error(const SourceText& source, std::size_t offset, const ReadLimits& limits);
[[nodiscard]] Diagnostic too_many_nodes_error(const SourceText& source, std::size_t offset, const ReadLimits& limits);
[[nodiscard]] Diagnostic duplicate_key_error(const SourceText& source,
                                             std::size_t offset,
                                             std::string_view key,
                                             int first_line);

}  // namespace dynamo
