#pragma once

#include <optional>

#include "perf/operators/mla.h"
#include "perf/roofline_mla.h"

namespace dynamo::perf {

/// The rows that answer an operator: one slice of a table, or why there is none.
struct MlaRows {
  const Slice* slice = nullptr;
  std::optional<Error> error;   ///< kMissingData, or a damaged table; unused with a slice
};

/// The slice of that key.
[[nodiscard]] MlaRows mla_rows(const Database::Impl& database, std::string_view table, const std::string& key);

/// Prefill over the grid (heads, sequence, batch). `mode` is the database's or stricter.
OperatorPtr make_mla_prefill(std::string name, double scale, const Database::Impl& database, DatabaseMode mode,
                             const MlaConfig& config, MlaRows rows);

/// Decode over the grid (heads, batch, position); with `bmm` the products around it are part of the kernel.
OperatorPtr make_mla_decode(std::string name, double scale, const Database::Impl& database, DatabaseMode mode,
                            const MlaConfig& config, std::optional<GemmQuant> bmm, MlaRows rows);

}  // namespace dynamo::perf
