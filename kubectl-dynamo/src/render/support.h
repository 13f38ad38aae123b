#pragma once

#include <string>
#include <vector>

#include "dynamo/profiler/document.h"
#include "dynamo/profiler/support.h"
#include "render/style.h"

namespace dynamo::cli {

/// The matrix as `-o json` prints it. By family: the models of a family are counted in one item per GPU and backend.
[[nodiscard]] Value support_value(const std::vector<SupportCell>& cells, bool by_family, const std::string& version,
                                  const std::string& release);

/// One line per model or family and kind of answer, GPUs that are alike together. In 80 columns.
[[nodiscard]] std::string render_support(const Value& matrix, const Style& style);

/// One line per item, with version and reason.
[[nodiscard]] std::string render_support_wide(const Value& matrix, const Style& style);

}  // namespace dynamo::cli
