#pragma once

#include <string>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

// The first sentence of a screen, of what `report_value` made.

/// `8 h200_sxm`: the GPUs of the request.
[[nodiscard]] std::string gpus_phrase(const Value& report);

/// `2 aggregated workers, TP4 each, on 8 of 8 h200_sxm  (trtllm 1.3.0rc20)`; the two blanks are the best place to break.
[[nodiscard]] std::string picked_phrase(const Value& report, const Value& pick);

/// What was picked and whether it meets the targets, or that nothing can run; may have several lines.
[[nodiscard]] std::string verdict_text(const Value& report);

/// The lines of a verdict within 80 columns, the first in `ink`.
[[nodiscard]] std::string verdict_lines(const std::string& text, const Style& style, Ink ink);

}  // namespace dynamo::cli
