#pragma once

#include <filesystem>

#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

/// Each reads one folder of facts and appends its table; a mistake throws FactError.
void compile_systems(const std::filesystem::path& folder, TableWriter& out);
void compile_models(const std::filesystem::path& folder, TableWriter& out);
void compile_backends(const std::filesystem::path& folder, TableWriter& out);
/// One file.
void compile_efficiency(const std::filesystem::path& file, TableWriter& out);
void compile_sanity(const std::filesystem::path& file, TableWriter& out);
void compile_typical(const std::filesystem::path& file, TableWriter& out);
void compile_corrections(const std::filesystem::path& file, TableWriter& out);

}  // namespace dynamo::facts_compiler
