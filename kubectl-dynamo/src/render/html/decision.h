#pragma once

#include <string>

#include "dynamo/profiler/document.h"

namespace dynamo::cli {

// Parts of the page about the decision, as markup; empty where the explanation has nothing on it.

/// Predictions beside targets, GPUs and cost.
[[nodiscard]] std::string decision_cards(const Value& explanation);
/// The pick, the runners-up, the candidates asked for, and the serving modes.
[[nodiscard]] std::string alternatives(const Value& explanation);
/// What would change the pick, and what that buys.
[[nodiscard]] std::string changes_table(const Value& explanation);
/// What became of every layout.
[[nodiscard]] std::string layouts_table(const Value& explanation);

}  // namespace dynamo::cli
