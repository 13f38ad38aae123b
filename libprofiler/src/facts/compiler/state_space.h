#pragma once

#include "facts/compiler/fact_file.h"
#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// Adds what models with recurrent layers state: `gated_delta`, `mamba` and `part_formats`.
void add_state_space(const FactNode& model, RowWriter& row);

}  // namespace dynamo::facts_compiler
