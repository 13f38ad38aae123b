#include "perf/interp/state_grid.h"

namespace dynamo::perf {

void StateGrid::add(const Grid& slice) {
  if (slice.points() == 0 || slice.rank < 2) return;
  for (std::uint32_t batch = 0; batch < slice.keys[0].size(); ++batch) {
    for (std::uint32_t node = slice.offsets[1][batch]; node < slice.offsets[1][batch + 1]; ++node) {
      std::uint32_t leaf = node;
      for (std::size_t level = 2; level < static_cast<std::size_t>(slice.rank); ++level) leaf = slice.offsets[level][leaf];
      const std::uint32_t sequence = axes_ == 2 ? slice.keys[1][node] : 0;
      points_[slice.keys[0][batch]].emplace(sequence, slice.values[0][leaf]);
    }
  }
}

const Grid& StateGrid::build() {
  const bool deep = axes_ == 2;
  offsets_[1].push_back(0);
  for (const auto& [batch, row] : points_) {
    keys_[0].push_back(batch);
    for (const auto& [sequence, ms] : row) {
      if (deep) keys_[1].push_back(sequence);
      values_.push_back(ms);
    }
    offsets_[1].push_back(static_cast<std::uint32_t>(keys_[1].size()));
  }
  offsets_[0] = {0, static_cast<std::uint32_t>(keys_[0].size())};
  grid_.rank = axes_;
  for (std::size_t level = 0; level < static_cast<std::size_t>(axes_); ++level) {
    grid_.keys[level] = keys_[level];
    grid_.offsets[level] = offsets_[level];
  }
  grid_.values = {values_};
  return grid_;
}

}  // namespace dynamo::perf
