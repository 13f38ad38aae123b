#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/document.h"
#include "render/style.h"

namespace dynamo::cli {

/// An explanation as text in 80 columns; nothing is shown that is not in the document. No sections = the first screen: verdict, why
/// this one, why not the others, what would change it, funnel, how sure; 24 lines at most.
[[nodiscard]] std::string render_explanation(const Value& document, const std::vector<std::string>& sections, const Style& style);

/// The first sentence in three parts: `Meets the SLA`, `agg 2 x tp4, batch 160`, `on 8 of 8 h200_sxm (trtllm 1.3.0rc20)`.
struct ExplanationVerdict {
  std::string status, pick, where;
};
[[nodiscard]] ExplanationVerdict explanation_verdict(const Value& document);

/// `namespace/name` or the name alone.
[[nodiscard]] std::string explanation_name(const Value& document);

}  // namespace dynamo::cli
