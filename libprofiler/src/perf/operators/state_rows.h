#pragma once

#include <string>
#include <vector>

#include "perf/database_impl.h"
#include "perf/operators/state_kernel.h"

namespace dynamo::perf {

/// Slices that together answer for a kernel, first come first served; none = not measured.
using StateRows = std::vector<const Slice*>;

[[nodiscard]] Result<StateRows> gdn_rows(const Database::Impl& database, const GdnShape& shape);
[[nodiscard]] Result<StateRows> mamba_rows(const Database::Impl& database, const MambaShape& shape);

}  // namespace dynamo::perf
