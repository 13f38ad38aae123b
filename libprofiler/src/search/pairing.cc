#include "search/pairing.h"

#include <algorithm>
#include <limits>
#include <map>

namespace dynamo::search {
namespace {

/// Drops what no limit lets through and returns the rest.
template <typename Value>
std::vector<const RoleRow*> within(std::span<const RoleRow> rows, double limit, DropReason reason, const Value& value,
                                   DropLog& drops) {
  std::vector<const RoleRow*> kept;
  for (const RoleRow& row : rows) {
    if (value(row) <= limit) {
      kept.push_back(&row);
    } else {
      drops.add(row.worker.parallel, row.worker.batch, 0, {reason, value(row), limit, {}});
    }
  }
  return kept;
}

bool meets_targets(const Estimate& row, const PairTargets& targets) {
  if (targets.request_latency_ms) return row.request_latency_ms <= *targets.request_latency_ms;
  return !targets.tpot_ms || row.tpot_ms <= *targets.tpot_ms;
}

/// Every pair of workers that meet the targets on their own ends up as a row or in the log of its decode layout.
class PairAccount {
 public:
  PairAccount(Pairs& pairs, const PairTargets& targets, const std::vector<Estimate>& rows)
      : pairs_(pairs), targets_(targets), rows_(rows) {
    for (const Estimate& row : rows) {
      if (meets_targets(row, targets_)) ++rows_of_[{row.decode.parallel, row.decode.batch}];
    }
  }

  void settle(const RoleRow& decode, std::span<const RoleRow* const> prefill, DropLog& drops) {
    const Parallelism& layout = decode.worker.parallel;
    const int batch = decode.worker.batch;
    std::int64_t good = 0;
    for (const RoleRow* row : prefill) {
      const double latency = queued_ttft(*row) + decode.point.tpot_ms * std::max(pairs_.rules().osl - 1, 0);
      if (pairs_.tp_differs(*row, decode)) {
        drops.add(layout, batch, 0, {DropReason::kModel, 0, 0, "prefill workers need the same attention TP on this backend"});
      } else if (!pairs_.fits(*row, decode)) {
        const double gpus = row->worker.parallel.gpus() + layout.gpus();
        drops.add(layout, batch, 0, {DropReason::kBudget, gpus, static_cast<double>(pairs_.rules().total_gpus), {}});
      } else if (targets_.request_latency_ms && latency > *targets_.request_latency_ms) {
        drops.add(layout, batch, 0, {DropReason::kRequestLatency, latency, *targets_.request_latency_ms, {}});
      } else {
        ++good;
      }
    }
    const std::int64_t used = rows_of_[{layout, batch}];
    feasible_ += used;
    if (good > used) drops.add(layout, batch, 0, {DropReason::kDominated, decode.point.tokens_per_s_gpu, rate_to_beat(decode), {}}, good - used);
  }

  [[nodiscard]] std::int64_t feasible() const { return feasible_; }

 private:
  /// Tokens/s/GPU of the best row under the first ITL limit that `decode` keeps, prefill workers included.
  [[nodiscard]] double rate_to_beat(const RoleRow& decode) const {
    double limit = std::numeric_limits<double>::infinity();
    for (const Limits& limits : targets_.ladder) {
      if (decode.point.tpot_ms <= limits.tpot_ms) limit = std::min(limit, limits.tpot_ms);
    }
    for (const Estimate& row : rows_) {
      if (row.tpot_ms <= limit) return row.tokens_per_s_gpu;
    }
    return 0;
  }

  Pairs& pairs_;
  const PairTargets& targets_;
  const std::vector<Estimate>& rows_;   ///< best first
  std::map<std::pair<Parallelism, int>, std::int64_t> rows_of_;
  std::int64_t feasible_ = 0;
};

}  // namespace

Pairing pair_workers(Pairs& pairs, const PairTargets& targets, DropLog& prefill_drops, DropLog& decode_drops) {
  Pairing out;
  for (const Estimate* row : pairs.under(targets.ladder)) out.rows.push_back(*row);
  const Limits widest = loosest(targets.ladder);
  const double tpot_limit = targets.request_latency_ms ? widest.tpot_ms : targets.tpot_ms.value_or(widest.tpot_ms);
  const auto good_prefill = within(pairs.prefill(), widest.ttft_ms, DropReason::kTtft, queued_ttft, prefill_drops);
  const auto good_decode = within(pairs.decode(), tpot_limit, DropReason::kItl,
                                  [](const RoleRow& row) { return row.point.tpot_ms; }, decode_drops);
  PairAccount account(pairs, targets, out.rows);
  for (const RoleRow* row : good_decode) account.settle(*row, good_prefill, decode_drops);
  out.feasible = account.feasible();
  return out;
}

}  // namespace dynamo::search
