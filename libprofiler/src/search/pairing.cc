#include "search/pairing.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "search/compose.h"
#include "search/factors.h"
#include "search/layouts.h"
#include "search/rounding.h"
#include "search/worker_match.h"

namespace dynamo::search {
namespace {

constexpr std::size_t kPrefillRows = 32;       ///< considered under one limit
constexpr std::size_t kDecodeRowsPerLayout = 16;
constexpr std::size_t kRowsPerLimit = 5;

using Indices = std::vector<std::size_t>;

/// A unit that was the best of its decode layout under some limit.
struct Unit {
  std::size_t prefill = 0, decode = 0;
  WorkerCounts counts;
  double tokens_per_s_gpu = 0;
  int gpus = 0;
};

double queued_ttft(const RoleRow& row) { return row.point.ttft_ms * kTtftQueueing; }

class Pairer {
 public:
  Pairer(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const PairingRules& rules)
      : prefill_(prefill), decode_(decode), rules_(rules), matcher_(rules.total_gpus, rules.wide_experts) {
    by_rate_ = prefill_order();
    group_decode();
  }

  /// Units in the order in which the ladder first shows them.
  [[nodiscard]] std::vector<Unit> run() {
    std::vector<Unit> units;
    std::set<std::pair<std::size_t, std::size_t>> known;
    for (const Limits& limits : rules_.ladder) {
      for (const Unit& unit : best_units(limits)) {
        if (known.insert({unit.prefill, unit.decode}).second) units.push_back(unit);
      }
    }
    return units;
  }

  [[nodiscard]] Estimate row_of(const Unit& unit) const {
    const RoleRow& prefill = prefill_[unit.prefill];
    Estimate row = compose(prefill, queued_ttft(prefill), unit.counts.prefill, decode_[unit.decode], unit.counts.decode,
                           rules_.osl);
    round_row(row);
    return row;
  }

  [[nodiscard]] bool tp_differs(const RoleRow& prefill, const RoleRow& decode) const {
    return rules_.same_tp && prefill.worker.parallel.tp != decode.worker.parallel.tp;
  }
  [[nodiscard]] bool fits(const RoleRow& prefill, const RoleRow& decode) {
    return matcher_.fits(prefill.worker.parallel.gpus(), decode.worker.parallel.gpus());
  }

 private:
  [[nodiscard]] Indices prefill_order() const {
    Indices order(prefill_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      const perf::StaticPoint &x = prefill_[a].point, &y = prefill_[b].point;
      if (x.seq_per_s_gpu != y.seq_per_s_gpu) return x.seq_per_s_gpu > y.seq_per_s_gpu;
      return x.concurrency < y.concurrency;
    });
    return order;
  }

  /// Decode rows of one layout together, fastest per GPU first; layouts in the order of the reference's labels.
  void group_decode() {
    std::map<std::string, Indices> groups;
    for (std::size_t i = 0; i < decode_.size(); ++i) groups[reference_label(decode_[i].worker.parallel)].push_back(i);
    for (auto& [label, rows] : groups) {
      std::ranges::stable_sort(rows, std::ranges::greater{}, [&](std::size_t i) { return decode_[i].point.seq_per_s_gpu; });
      groups_.push_back(std::move(rows));
    }
  }

  [[nodiscard]] std::vector<Unit> best_units(const Limits& limits) {
    Indices prefill;
    for (const std::size_t i : by_rate_) {
      if (queued_ttft(prefill_[i]) <= limits.ttft_ms && prefill.size() < kPrefillRows) prefill.push_back(i);
    }
    if (prefill != allowed_prefill_ || best_with_.empty()) {
      allowed_prefill_ = std::move(prefill);
      best_with_.assign(decode_.size(), {});
    }
    std::vector<Unit> best;
    for (const Indices& group : groups_) {
      if (const auto unit = best_of(group, limits.tpot_ms)) best.push_back(*unit);
    }
    // Rounded like the rows themselves, so that equal rows keep the order of their layouts.
    std::ranges::stable_sort(best, std::ranges::greater{}, [](const Unit& unit) { return round3(unit.tokens_per_s_gpu); });
    if (best.size() > kRowsPerLimit) best.resize(kRowsPerLimit);
    return best;
  }

  [[nodiscard]] std::optional<Unit> best_of(const Indices& group, double tpot_limit) {
    std::optional<Unit> best;
    std::size_t considered = 0;
    for (const std::size_t d : group) {
      const double tpot = decode_[d].point.tpot_ms;
      if (tpot > tpot_limit || tpot <= 0) continue;
      if (++considered > kDecodeRowsPerLayout) break;
      const std::optional<Unit>& unit = best_with(d);
      if (unit && (!best || better(*unit, *best))) best = unit;
    }
    return best;
  }

  /// The best match of one decode row; most limits of a ladder allow the same prefill rows.
  [[nodiscard]] const std::optional<Unit>& best_with(std::size_t d) {
    CachedUnit& cached = best_with_[d];
    if (cached.known) return cached.unit;
    cached.known = true;
    for (const std::size_t p : allowed_prefill_) {
      const std::optional<Unit>& unit = unit_of(p, d);
      if (unit && (!cached.unit || better(*unit, *cached.unit))) cached.unit = unit;
    }
    return cached.unit;
  }

  static bool better(const Unit& a, const Unit& b) {
    if (a.tokens_per_s_gpu != b.tokens_per_s_gpu) return a.tokens_per_s_gpu > b.tokens_per_s_gpu;
    return a.gpus < b.gpus;
  }

  /// The match of a pair does not depend on the limits, so each is made once.
  const std::optional<Unit>& unit_of(std::size_t p, std::size_t d) {
    if (cache_.empty()) cache_.resize(prefill_.size() * decode_.size());
    CachedUnit& cached = cache_[d * prefill_.size() + p];
    if (!cached.known) cached = {true, make_unit(p, d)};
    return cached.unit;
  }

  std::optional<Unit> make_unit(std::size_t p, std::size_t d) {
    const RoleRow &prefill = prefill_[p], &decode = decode_[d];
    if (tp_differs(prefill, decode)) return std::nullopt;
    const int prefill_gpus = prefill.worker.parallel.gpus(), decode_gpus = decode.worker.parallel.gpus();
    const WorkerCounts counts = matcher_.match(prefill.worker.seq_per_s, prefill_gpus, decode.worker.seq_per_s, decode_gpus);
    if (counts.prefill == 0) return std::nullopt;
    const double seq_per_s = std::min(prefill.worker.seq_per_s * counts.prefill * kPrefillUtilisation,
                                      decode.worker.seq_per_s * counts.decode * kDecodeUtilisation);
    const int gpus = prefill_gpus * counts.prefill + decode_gpus * counts.decode;
    return Unit{p, d, counts, seq_per_s * rules_.osl / gpus, gpus};
  }

  struct CachedUnit {
    bool known = false;
    std::optional<Unit> unit;
  };

  std::span<const RoleRow> prefill_, decode_;
  const PairingRules& rules_;
  WorkerMatcher matcher_;
  Indices by_rate_;
  std::vector<Indices> groups_;
  std::vector<CachedUnit> cache_;
  Indices allowed_prefill_;                ///< under the limit at work
  std::vector<CachedUnit> best_with_;      ///< by decode row, of `allowed_prefill_`
};

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

bool meets_targets(const Estimate& row, const PairingRules& rules) {
  if (rules.request_latency_ms) return row.request_latency_ms <= *rules.request_latency_ms;
  return !rules.tpot_ms || row.tpot_ms <= *rules.tpot_ms;
}

/// Every pair of workers that meet the targets on their own ends up as a row or in the log of its decode layout.
class PairAccount {
 public:
  PairAccount(Pairer& pairer, const PairingRules& rules, const std::vector<Estimate>& rows)
      : pairer_(pairer), rules_(rules), rows_(rows) {
    for (const Estimate& row : rows) {
      if (meets_targets(row, rules_)) ++rows_of_[{row.decode.parallel, row.decode.batch}];
    }
  }

  void settle(const RoleRow& decode, std::span<const RoleRow* const> prefill, DropLog& drops) {
    const Parallelism& layout = decode.worker.parallel;
    const int batch = decode.worker.batch;
    std::int64_t good = 0;
    for (const RoleRow* row : prefill) {
      const double latency = queued_ttft(*row) + decode.point.tpot_ms * std::max(rules_.osl - 1, 0);
      if (pairer_.tp_differs(*row, decode)) {
        drops.add(layout, batch, 0, {DropReason::kModel, 0, 0, "prefill workers need the same attention TP on this backend"});
      } else if (!pairer_.fits(*row, decode)) {
        const double gpus = row->worker.parallel.gpus() + layout.gpus();
        drops.add(layout, batch, 0, {DropReason::kBudget, gpus, static_cast<double>(rules_.total_gpus), {}});
      } else if (rules_.request_latency_ms && latency > *rules_.request_latency_ms) {
        drops.add(layout, batch, 0, {DropReason::kRequestLatency, latency, *rules_.request_latency_ms, {}});
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
    for (const Limits& limits : rules_.ladder) {
      if (decode.point.tpot_ms <= limits.tpot_ms) limit = std::min(limit, limits.tpot_ms);
    }
    for (const Estimate& row : rows_) {
      if (row.tpot_ms <= limit) return row.tokens_per_s_gpu;
    }
    return 0;
  }

  Pairer& pairer_;
  const PairingRules& rules_;
  const std::vector<Estimate>& rows_;   ///< best first
  std::map<std::pair<Parallelism, int>, std::int64_t> rows_of_;
  std::int64_t feasible_ = 0;
};

std::vector<Estimate> rows_of(Pairer& pairer) {
  std::vector<Estimate> rows;
  for (const Unit& unit : pairer.run()) rows.push_back(pairer.row_of(unit));
  std::ranges::stable_sort(rows, std::ranges::greater{}, &Estimate::tokens_per_s_gpu);
  return rows;
}

}  // namespace

std::vector<Estimate> best_pairs(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const PairingRules& rules) {
  Pairer pairer(prefill, decode, rules);
  return rows_of(pairer);
}

Pairing pair_workers(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const PairingRules& rules,
                     DropLog& prefill_drops, DropLog& decode_drops) {
  Pairer pairer(prefill, decode, rules);
  Pairing out{rows_of(pairer), 0};

  const Limits widest = loosest(rules.ladder);
  const double tpot_limit = rules.request_latency_ms ? widest.tpot_ms : rules.tpot_ms.value_or(widest.tpot_ms);
  const auto good_prefill = within(prefill, widest.ttft_ms, DropReason::kTtft, queued_ttft, prefill_drops);
  const auto good_decode = within(decode, tpot_limit, DropReason::kItl,
                                  [](const RoleRow& row) { return row.point.tpot_ms; }, decode_drops);
  PairAccount account(pairer, rules, out.rows);
  for (const RoleRow* row : good_decode) account.settle(*row, good_prefill, decode_drops);
  out.feasible = account.feasible();
  return out;
}

}  // namespace dynamo::search
