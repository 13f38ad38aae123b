#pragma once

#include <functional>

#include "dynamo/profiler/estimate.h"
#include "search/schedules.h"
#include "search/search.h"

namespace dynamo::search {

// Whether a search would find what is wanted. These stop at the first finding, so they cost a small part of the search.

/// What rows are looked for.
struct Wanted {
  std::function<bool(const Estimate&)> row;
  /// Of two rows of one layout within `limits`, the one that serves more requests a second is wanted if the other is. A search
  /// prefers such rows, so that a single operating point shows that some row will be handed out.
  bool faster_is_enough = false;
  Limits limits;
};

/// `search_aggregated` would hand out a wanted row. Layouts in reverse: the widest, with the lowest latencies, come first.
[[nodiscard]] bool any_aggregated_row(const Scenario& scenario, const TableStore& tables, const Wanted& wanted);

/// `search_roles` would find a wanted prefill and a wanted decode worker that fit the budget together.
[[nodiscard]] bool any_pair_of_roles(const Scenario& scenario, const TableStore& tables,
                                     const std::function<bool(const RoleRow&)>& prefill,
                                     const std::function<bool(const RoleRow&)>& decode);

}  // namespace dynamo::search
