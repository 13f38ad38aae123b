#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dynamo/profiler/estimate.h"

namespace dynamo::search {

/// Collects what was dropped, one entry per role, layout and reason: the first case with its number, and how many there were.
class DropLog {
 public:
  DropLog(ServingMode mode, Backend backend, std::string role)
      : mode_(mode), backend_(backend), role_(std::move(role)) {}

  /// What broke and by how much; `value` and `limit` in the same unit.
  struct Break {
    DropReason reason = DropReason::kModel;
    double value = 0;
    double limit = 0;
    std::string detail;
  };
  void add(const Parallelism& layout, int batch, int ctx_tokens, Break what, std::int64_t count = 1);

  /// Entries of other layouts.
  void append(const DropLog& other) { other.append_to(entries_); }

  [[nodiscard]] const std::vector<Infeasible>& entries() const { return entries_; }
  void append_to(std::vector<Infeasible>& out) const { out.insert(out.end(), entries_.begin(), entries_.end()); }

 private:
  ServingMode mode_;
  Backend backend_;
  std::string role_;
  std::vector<Infeasible> entries_;
};

[[nodiscard]] std::int64_t total_dropped(const std::vector<Infeasible>& dropped);

/// Something was dropped, and all of it for want of memory or, in that course, of GPUs.
[[nodiscard]] bool memory_alone(const std::vector<Infeasible>& dropped);

}  // namespace dynamo::search
