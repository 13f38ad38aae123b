#pragma once

#include <vector>

#include "search/drop_log.h"
#include "search/session.h"

namespace dynamo::search {

/// All operating points of one role that fit memory, layouts outermost, batches ascending.
struct RoleCandidates {
  std::vector<RoleRow> rows;
  DropLog drops;
};

/// The row of one operating point: rounded to three decimals, then accepted drafts applied to decode rows and rounded again.
/// `point` comes from an engine without accepted drafts.
[[nodiscard]] RoleRow finish_row(WorkerEstimate worker, perf::Role role, perf::StaticPoint point, double tokens_per_step, int osl);

/// Predictions carry the role's latency factor, accepted drafts, and three decimals; latency targets are not looked at.
[[nodiscard]] RoleCandidates role_candidates(const Scenario& scenario, const Session& session);

}  // namespace dynamo::search
