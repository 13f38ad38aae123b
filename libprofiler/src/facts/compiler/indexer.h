#pragma once

#include <string>

#include "facts/compiler/fact_file.h"

namespace dynamo::facts_compiler {

/// The row of a model's key `indexer`. Without `layers`, all layers of the model choose for themselves.
[[nodiscard]] std::string indexer_row(const FactNode& indexer, int model_layers);

}  // namespace dynamo::facts_compiler
