#pragma once

#include "decide/searches.h"

namespace dynamo::decision {

/// As `run_searches`. A search looks only at rows within the TTFT (or end-to-end) target: where none of them meets all targets,
/// that limit is widened step by step until no wider one can hold a closer row. The ranking keeps the targets that were asked
/// for, and the reasons for dropping stay those of the limits that were asked for.
[[nodiscard]] std::vector<Searched> run_widening(const Plan& plan, const TableStore& tables);

}  // namespace dynamo::decision
