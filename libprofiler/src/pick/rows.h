#pragma once

#include <concepts>
#include <ranges>
#include <utility>
#include <vector>

#include "dynamo/profiler/estimate.h"

namespace dynamo::pick {

/// Rows to rank, in their order, wherever they lie: those of a search, or some picked out of all that was evaluated. Has to be
/// outlived by them.
class Rows {
 public:
  template <std::ranges::contiguous_range Range>
    requires std::same_as<std::ranges::range_value_t<Range>, Estimate>
  Rows(const Range& rows) {   // NOLINT(google-explicit-constructor)
    rows_.reserve(std::ranges::size(rows));
    for (const Estimate& row : rows) rows_.push_back(&row);
  }
  Rows(std::vector<const Estimate*> rows) : rows_(std::move(rows)) {}   // NOLINT(google-explicit-constructor)

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] auto begin() const { return rows_.begin(); }
  [[nodiscard]] auto end() const { return rows_.end(); }

 private:
  std::vector<const Estimate*> rows_;
};

}  // namespace dynamo::pick
