#include "search/again.h"

#include <algorithm>

#include "search/session.h"

namespace dynamo::search {

void note_widths(const std::vector<Parallelism>& layouts, int total_gpus, Evaluations& evaluations) {
  for (const Parallelism& layout : layouts) {
    const int gpus = layout.gpus();
    evaluations.widest_layout = std::max(evaluations.widest_layout, gpus);
    if (gpus <= total_gpus) evaluations.widest_evaluated = std::max(evaluations.widest_evaluated, gpus);
  }
}

std::vector<Estimate> select_again(const Evaluations& evaluations, const Scenario& scenario) {
  const auto ladder = limit_ladder(scenario);
  if (!ladder) return {};
  return evaluations.aggregated.empty() ? pair_again(evaluations, scenario, *ladder)
                                        : select_aggregated_again(evaluations, *ladder);
}

}  // namespace dynamo::search
