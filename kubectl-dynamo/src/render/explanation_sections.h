#pragma once

#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// One whole section of an explanation by its name, heading included; empty = the document has nothing on it.
[[nodiscard]] std::string render_section(const Value& document, std::string_view section, const Style& style);

/// `1,284 looked at > 1,102 fit memory > … > 1 picked`, wrapped; stages that drop nothing are left out.
[[nodiscard]] std::string funnel_line(const Value& document);
/// Of a row of the rate table, who waits how long: `prefill 41 %`, or `nobody`.
[[nodiscard]] std::string waiting_text(const Value& row);
/// Of a time ledger: `decode step`, `agg mixed step`.
[[nodiscard]] std::string phase_name(const Value& phase);
/// Tier, tables and shares; how far the truth may be, where that is known.
[[nodiscard]] std::string sure_line(const Value& document);

}  // namespace dynamo::cli
