#pragma once

#include <memory>
#include <vector>

#include "search/pairs.h"
#include "search/search.h"
#include "search/selection.h"

namespace dynamo::search {

/// The rows that a search would hand out under other targets or another budget, from what it evaluated before. Same as searching
/// again, except for layouts that the budget of then kept from being evaluated. Keeps what several answers have in common; for
/// one thread.
class Reselection {
 public:
  explicit Reselection(const Evaluations& evaluations);

  /// With `meeting` rows that miss the ITL target may be left out. They live until a call with another budget.
  [[nodiscard]] std::vector<const Estimate*> under(const Scenario& scenario, bool meeting);

  /// False where no row can meet the targets of `scenario`, however wide the limits of the search are.
  [[nodiscard]] bool may_meet(const Scenario& scenario);

  /// What the quickest point takes for a request, ms.
  [[nodiscard]] double quickest_request(const Scenario& scenario);

 private:
  [[nodiscard]] std::vector<const Estimate*> select_aggregated(const std::vector<Limits>& ladder) const;
  [[nodiscard]] Pairs& pairs_of(const Scenario& scenario);

  const Evaluations& evaluations_;
  std::vector<std::vector<Runner>> runners_;       ///< of the aggregated candidates, by layout
  std::shared_ptr<Pairs> pairs_;                   ///< for the budget asked for last
};

/// What units of both roles depend on in a scenario.
[[nodiscard]] UnitRules unit_rules(const Scenario& scenario, bool wide_experts);

}  // namespace dynamo::search
