#pragma once

#include <string>

#include "facts/compiler/fact_file.h"
#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// Initialiser of a HybridSpec: layers that differ in attention and feed-forward part.
[[nodiscard]] std::string hybrid_row(const FactNode& kinds);
/// Initialiser of a list of BlockSpec.
[[nodiscard]] std::string block_rows(const FactNode& blocks, TableWriter& out);
/// Initialiser of a VisionSpec.
[[nodiscard]] std::string vision_row(const FactNode& vision);

}  // namespace dynamo::facts_compiler
