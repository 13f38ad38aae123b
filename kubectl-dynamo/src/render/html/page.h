#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

/// An explanation as one HTML file that needs nothing else: no network, no fonts, no scripts of others. Dark and light follow the
/// reader's setting. The same explanation gives the same bytes. Nothing is shown that is in neither the document (with `points`: the
/// chart) nor `deployment`, the documents to apply.
[[nodiscard]] std::string render_page(const Value& explanation, const std::vector<Value>& deployment);

}  // namespace dynamo::cli
