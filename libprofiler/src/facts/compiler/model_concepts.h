#pragma once

#include "facts/compiler/fact_file.h"
#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// Each turns one section of a model's facts into the member of that name; absent sections add nothing.
void add_compressed_attention(const FactNode& model, RowWriter& row);
void add_kimi_hybrid(const FactNode& model, RowWriter& row);

}  // namespace dynamo::facts_compiler
