#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "perf/interp/found.h"
#include "perf/interp/grid_query.h"
#include "perf/large_ep/coverage.h"

namespace dynamo::perf {

/// One step of DeepEP from its own tables, in which a row times dispatch and combine together.
class DeepEpRows {
 public:
  /// `slice` is of table `wideep_deepep_normal` (DeepEP-HT) or `wideep_deepep_ll`.
  DeepEpRows(const Slice& slice, AllToAll kernel, ExchangeStep step, int nodes);
  DeepEpRows(const DeepEpRows&) = delete;
  DeepEpRows& operator=(const DeepEpRows&) = delete;

  /// Time of that many tokens a rank, us.
  [[nodiscard]] Found at(double tokens) const;

 private:
  /// A sum of columns over the slice's own axes.
  struct Column {
    std::vector<double> us;
    Grid grid;
    BoundGrid bound;
    void fill(const Grid& source, std::initializer_list<std::size_t> columns);
    [[nodiscard]] Found over(std::uint32_t budget, double tokens) const;
  };
  void bind_curve();

  Column own_, other_, both_;   ///< this step, the other one, the round trip
  bool is_curve_ = false;   ///< tokens alone matter
  std::span<const std::uint32_t> tokens_;
  std::span<const double> curve_;
};

}  // namespace dynamo::perf
