#pragma once

#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// One whole section of an explanation by its name, heading included; empty = the document has nothing on it.
[[nodiscard]] std::string render_section(const Value& document, std::string_view section, const Style& style);

/// `1,284 enumerated > 1,102 memory > … > 1 picked`, wrapped; stages that drop nothing are left out.
[[nodiscard]] std::string funnel_line(const Value& document);
/// Tier, tables and shares.
[[nodiscard]] std::string sure_line(const Value& document);

inline constexpr std::size_t kScreenWidth = 80;

}  // namespace dynamo::cli
