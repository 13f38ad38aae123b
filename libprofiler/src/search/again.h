#pragma once

#include <vector>

#include "search/schedules.h"
#include "search/search.h"

namespace dynamo::search {

// The two halves of `select_again`.
[[nodiscard]] std::vector<Estimate> select_aggregated_again(const Evaluations& evaluations, const std::vector<Limits>& ladder);
[[nodiscard]] std::vector<Estimate> pair_again(const Evaluations& evaluations, const Scenario& scenario,
                                               const std::vector<Limits>& ladder);

/// Notes how wide the layouts are, and how wide those within the budget.
void note_widths(const std::vector<Parallelism>& layouts, int total_gpus, Evaluations& evaluations);

}  // namespace dynamo::search
