#pragma once

#include "emit/template/arg_list.h"
#include "emit/template/report.h"
#include "facts/backend_facts.h"

namespace dynamo::emit {

/// An engine's command line with the user's flags in it, each once: flags of the layout and the role stay ours, all
/// others are theirs. What was replaced, and what was kept though the prediction was made without it, is reported.
[[nodiscard]] ArgumentList merge_engine_args(const facts::BackendFacts& backend, ArgumentList ours, const ArgumentList& theirs,
                                             const std::string& path, TemplateReport& report);

/// The same for a service that is no engine: theirs win.
[[nodiscard]] ArgumentList merge_plain_args(ArgumentList ours, const ArgumentList& theirs);

}  // namespace dynamo::emit
