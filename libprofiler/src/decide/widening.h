#pragma once

#include "decide/searches.h"

namespace dynamo::decision {

/// How far the best row of all searches is beyond its targets, as a fraction of them; infinite without rows.
[[nodiscard]] double closest(const std::vector<Searched>& searches, const pick::Target& target);

/// Some point was evaluated, so that a wider limit may let one in. Those between the splits of an end-to-end target that are
/// searched meet it and count as dominated.
[[nodiscard]] bool limits_are_what_fails(const std::vector<Searched>& searches);

/// As `run_searches`. A search looks only at rows within the TTFT (or end-to-end) target: where none of them meets all targets,
/// that limit is widened step by step until no wider one can hold a closer row. The ranking keeps the targets that were asked
/// for, and the reasons for dropping stay those of the limits that were asked for.
[[nodiscard]] std::vector<Searched> run_widening(const Plan& plan, const TableStore& tables);

}  // namespace dynamo::decision
