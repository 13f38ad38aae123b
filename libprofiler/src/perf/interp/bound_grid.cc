#include "perf/interp/grid_query.h"

namespace dynamo::perf {

BoundGrid::BoundGrid(const Grid& slice) : grid(&slice) {
  for (std::size_t level = 0; level < static_cast<std::size_t>(slice.rank); ++level) {
    logs[level].reserve(slice.keys[level].size());
    for (const std::uint32_t key : slice.keys[level]) {
      logs[level].push_back(std::log2(std::max(static_cast<double>(key), 1e-12)));
    }
  }
}

}  // namespace dynamo::perf
