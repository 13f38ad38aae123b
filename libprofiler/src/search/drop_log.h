#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"
#include "dynamo/profiler/search_summary.h"

namespace dynamo::search {

/// Collects what was dropped, one entry per role, layout and reason: the first case with its number, and how many there were.
/// With `each` also every operating point with its own number.
class DropLog {
 public:
  DropLog(ServingMode mode, Backend backend, std::string role, bool each = false)
      : mode_(mode), backend_(backend), role_(std::move(role)), each_(each) {}

  /// What broke and by how much; `value` and `limit` in the same unit.
  struct Break {
    DropReason reason = DropReason::kModel;
    double value = 0;
    double limit = 0;
    std::string detail;
  };
  void add(const Parallelism& layout, int batch, int ctx_tokens, Break what, std::int64_t count = 1);

  /// Entries of other layouts.
  void append(DropLog&& other) {
    move_to(std::move(other.entries_), entries_);
    move_to(std::move(other.points_), points_);
  }

  [[nodiscard]] const std::vector<Infeasible>& entries() const { return entries_; }
  void append_to(SearchSummary& summary) && {
    move_to(std::move(entries_), summary.dropped);
    move_to(std::move(points_), summary.rejected);
  }

 private:
  void add_point(Infeasible point);
  static void move_to(std::vector<Infeasible>&& from, std::vector<Infeasible>& to) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  ServingMode mode_;
  Backend backend_;
  std::string role_;
  bool each_ = false;
  std::vector<Infeasible> entries_;
  std::vector<Infeasible> points_;
};

[[nodiscard]] std::int64_t total_dropped(const std::vector<Infeasible>& dropped);

/// Something was dropped, and all of it for want of memory or, in that course, of GPUs.
[[nodiscard]] bool memory_alone(const std::vector<Infeasible>& dropped);

}  // namespace dynamo::search
