#include "search/drop_log.h"

#include <algorithm>
#include <utility>

namespace dynamo::search {

void DropLog::add(const Parallelism& layout, int batch, int ctx_tokens, Break what, std::int64_t count) {
  if (count <= 0) return;
  if (each_) {
    add_point({mode_, backend_, role_, layout, batch, ctx_tokens, what.reason, what.value, what.limit, what.detail, count});
  }
  const auto same = [&](const Infeasible& entry) { return entry.reason == what.reason && entry.parallel == layout; };
  // The layout at work is at the end, so look from there.
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(), same);
  if (found != entries_.rend()) {
    found->count += count;
    return;
  }
  entries_.push_back({mode_, backend_, role_, layout, batch, ctx_tokens, what.reason, what.value, what.limit,
                      std::move(what.detail), count});
}

/// Pairs of one decode batch with several prefill workers arrive one after another and are one entry per reason.
void DropLog::add_point(Infeasible point) {
  for (auto known = points_.rbegin(); known != points_.rend(); ++known) {
    if (known->parallel != point.parallel || known->batch != point.batch || known->ctx_tokens != point.ctx_tokens) break;
    if (known->reason != point.reason) continue;
    known->count += point.count;
    return;
  }
  points_.push_back(std::move(point));
}

std::int64_t total_dropped(const std::vector<Infeasible>& dropped) {
  std::int64_t total = 0;
  for (const Infeasible& entry : dropped) total += entry.count;
  return total;
}

bool memory_alone(const std::vector<Infeasible>& dropped) {
  const auto memory = [](DropReason reason) {
    return reason == DropReason::kMemory || reason == DropReason::kKvCache || reason == DropReason::kBudget;
  };
  return !dropped.empty() && std::ranges::all_of(dropped, memory, &Infeasible::reason);
}

}  // namespace dynamo::search
