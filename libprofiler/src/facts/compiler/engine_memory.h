#pragma once

#include "facts/compiler/fact_file.h"
#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// An EngineMemory of a backend's `memory`.
std::string engine_memory(const FactNode& node, TableWriter& out);

}  // namespace dynamo::facts_compiler
