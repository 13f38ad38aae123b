#pragma once

#include <optional>

#include "search/session.h"

namespace dynamo::search {

// One operating point of a layout that the caller chose, priced exactly as a search prices it.

struct AggregatedAnswer {
  Estimate row;
  std::optional<DropLog::Break> does_not_fit;
};
/// `session` is of the aggregated role.
[[nodiscard]] perf::Result<AggregatedAnswer> evaluate_aggregated(const Scenario& scenario, const Session& session,
                                                                 const Parallelism& layout, int batch, int ctx_tokens);

struct RoleAnswer {
  RoleRow row;
  std::optional<DropLog::Break> does_not_fit;
};
/// `session` is of the prefill or decode role.
[[nodiscard]] perf::Result<RoleAnswer> evaluate_role(const Scenario& scenario, const Session& session, const Parallelism& layout,
                                                     int batch);

/// An aggregated row as a search reports it.
[[nodiscard]] Estimate aggregated_row(const Session& session, const Parallelism& layout, int batch, int ctx_tokens,
                                      const perf::AggregatedPoint& point);

}  // namespace dynamo::search
