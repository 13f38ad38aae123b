#include "perf/operators/estimate.h"

namespace dynamo::perf {

namespace {

void walk(const Grid& grid, std::size_t level, std::uint32_t node, std::array<double, 4>& at,
          const std::function<void(const std::array<double, 4>&, double)>& visit) {
  if (level == static_cast<std::size_t>(grid.rank)) {
    visit(at, grid.values[0][node]);
    return;
  }
  for (std::uint32_t child = grid.offsets[level][node]; child < grid.offsets[level][node + 1]; ++child) {
    at[level] = static_cast<double>(grid.keys[level][child]);
    walk(grid, level + 1, child, at, visit);
  }
}

}  // namespace

Result<Timing> estimate_from(const UtilisationGrid& grid, double sol_ms, const std::array<double, 4>& query, double scale) {
  const std::optional<double> utilisation = grid.at(query);
  if (!utilisation.has_value() || !(*utilisation > 0)) {
    return std::unexpected(Error{ErrorKind::kNotEstimable, "no measurement to derive an estimate from"});
  }
  Timing time = Timing::modelled(sol_ms / (*utilisation * scale), Source::kEmpirical);
  time.shares.unmeasured = time.ms;
  return time;
}

void for_each_point(const Grid& grid, const std::function<void(const std::array<double, 4>&, double)>& visit) {
  std::array<double, 4> at{};
  walk(grid, 0, 0, at, visit);
}

}  // namespace dynamo::perf
