#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

struct TableOptions {
  bool wide = false;
  std::string repeat;   ///< the command to repeat with `-o yaml`; empty = no next-step line
  std::string explain;  ///< the command that says why; empty = no such line
};

/// The screen of `profile`: verdict, predictions against targets, runners-up, provenance, next step. 80 columns unless wide.
/// `report` is what `report_value` made; nothing is shown that is not in it.
[[nodiscard]] std::string render_table(const Value& report, const TableOptions& options, const Style& style);

/// The screen of `estimate`: what one configuration will do, and what of it was not looked at.
[[nodiscard]] std::string render_estimate(const Value& report, const Style& style);

}  // namespace dynamo::cli
