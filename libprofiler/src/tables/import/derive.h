#pragma once

#include <string_view>

#include "tables/import/parquet.h"
#include "tables/schema.h"

namespace dynamo::tables {

/// A plan for a file nobody has a schema for: measured numbers are values, sizes that vary per call (heads, batch, lengths,
/// tokens) are axes, and every other column that describes the kernel or the model is part of the key, in file order.
[[nodiscard]] Plan derive_plan(std::string_view stem, const ParquetFile& file);

}  // namespace dynamo::tables
