#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf/database_impl.h"
#include "perf/operators/moe_experts.h"

namespace dynamo::perf {

/// A slice of table `moe` or `moe_low_latency` with its shape.
struct ExpertsSlice {
  ExpertsShape shape;
  const Slice* slice = nullptr;
};

/// One of the expert tables. Distributions that a format was not measured with are answered by `uniform`.
class ExpertsTable {
 public:
  ExpertsTable(const Database::Impl& database, std::string_view name);

  [[nodiscard]] bool has_rows() const { return table_ != nullptr && !table_->slices.empty(); }
  /// Set when the pack is damaged.
  [[nodiscard]] const std::optional<Error>& damaged() const { return damaged_; }

  /// The slice of exactly that shape; nullptr without.
  [[nodiscard]] const Slice* find(const ExpertsShape& wanted) const;
  /// Other shapes measured in that format with the same distribution and spread, ascending by (topk, experts, hidden, inter).
  [[nodiscard]] std::vector<ExpertsSlice> siblings(const ExpertsShape& wanted, MoeQuant quant) const;
  /// Formats measured, in the order of the table.
  [[nodiscard]] std::vector<MoeQuant> formats() const;

 private:
  [[nodiscard]] std::string distribution_of(MoeQuant quant, const std::string& wanted) const;

  const Table* table_ = nullptr;
  std::optional<Error> damaged_;
};

}  // namespace dynamo::perf
