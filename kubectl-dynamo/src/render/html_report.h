#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

/// A report as one HTML file that needs nothing else: no network, no fonts, no scripts of others. Dark and light follow the reader's
/// setting. The same report gives the same bytes. `report` is what `report_value` made, with `points`.
[[nodiscard]] std::string render_html(const Value& report);

}  // namespace dynamo::cli
