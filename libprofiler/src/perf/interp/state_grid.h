#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "tables/pack.h"

namespace dynamo::perf {

/// Points over (batch) or (batch, sequence), gathered from slices with further axes. A point keeps the first value given to it.
class StateGrid {
 public:
  /// `axes` is 1 or 2.
  explicit StateGrid(int axes) : axes_(axes) {}
  StateGrid(const StateGrid&) = delete;
  StateGrid& operator=(const StateGrid&) = delete;

  /// Adds a slice over (batch, sequence, …).
  void add(const Grid& slice);
  /// Call once, after the last slice; the grid points into this object.
  const Grid& build();

 private:
  int axes_;
  std::map<std::uint32_t, std::map<std::uint32_t, double>> points_;
  std::array<std::vector<std::uint32_t>, 2> keys_;
  std::array<std::vector<std::uint32_t>, 2> offsets_;
  std::vector<double> values_;
  Grid grid_;
};

}  // namespace dynamo::perf
