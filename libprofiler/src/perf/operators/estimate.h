#pragma once

#include <algorithm>
#include <functional>

#include "perf/interp/utilisation_grid.h"
#include "perf/operators/operator.h"

namespace dynamo::perf {

/// Roofline divided by the efficiency of comparable measurements, times `scale`. Error kNotEstimable without any.
[[nodiscard]] Result<Timing> estimate_from(const UtilisationGrid& grid, double sol_ms, const std::array<double, 4>& query,
                                           double scale = 1.0);

/// A table's answer, or the miss as an error.
[[nodiscard]] inline Result<Timing> measured_or_error(const Found& found, const std::string& what) {
  if (found.ok()) return Timing::measured(found);
  return std::unexpected(Error{ErrorKind::kMissingData, what + ": " + found.reason});
}

/// Whether a hybrid database may answer this error with an estimate.
[[nodiscard]] inline bool is_data_miss(const Error& error) { return error.kind == ErrorKind::kMissingData; }

/// Every point of a slice in ascending order of its axes, as (coordinates, ms).
void for_each_point(const Grid& grid, const std::function<void(const std::array<double, 4>&, double)>& visit);

/// Efficiency of every point of a slice against `sol`; points without a positive time or roofline are left out.
template <typename Sol>
UtilisationGrid utilisation_of(const Grid& grid, const Sol& sol, bool clamp) {
  std::vector<UtilisationGrid::Point> points;
  points.reserve(grid.points());
  for_each_point(grid, [&](const std::array<double, 4>& at, double ms) {
    const double roof = sol(at);
    const double raised = clamp ? std::max(ms, roof) : ms;
    if (raised > 0 && roof > 0) points.push_back({at, roof / raised});
  });
  return UtilisationGrid(std::move(points), static_cast<std::size_t>(grid.rank));
}

}  // namespace dynamo::perf
