#include "search/pairs.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string>

#include "search/factors.h"
#include "search/layouts.h"
#include "search/rounding.h"

namespace dynamo::search {
namespace {

constexpr std::size_t kDecodeRowsPerLayout = 16;
constexpr std::size_t kRowsPerLimit = 5;

}  // namespace

Pairs::Pairs(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const UnitRules& rules)
    : prefill_(prefill), decode_(decode), rules_(rules), matcher_(rules.total_gpus, rules.wide_experts) {
  by_rate_ = prefill_order();
  group_decode();
}

std::vector<const Estimate*> Pairs::under(const std::vector<Limits>& ladder) {
  std::vector<const Estimate*> rows;
  for (const Unit& unit : units_under(ladder)) rows.push_back(&row_of(unit));
  std::ranges::stable_sort(rows, std::ranges::greater{}, &Estimate::tokens_per_s_gpu);
  return rows;
}

double Pairs::quickest_request() {
  double quickest = std::numeric_limits<double>::infinity();
  for (const DecodeGroup& group : groups_) {
    const RoleRow& decode = decode_[group.rows[std::ranges::min_element(group.tpot_ms) - group.tpot_ms.begin()]];
    for (const RoleRow& prefill : prefill_) {
      if (tp_differs(prefill, decode) || !fits(prefill, decode)) continue;
      quickest = std::min(quickest, queued_ttft(prefill) + decode.point.tpot_ms * std::max(rules_.osl - 1, 0));
    }
  }
  return quickest;
}

/// In the order in which the ladder first shows them.
std::vector<Pairs::Unit> Pairs::units_under(const std::vector<Limits>& ladder) {
  std::vector<Unit> units;
  std::set<std::pair<std::size_t, std::size_t>> known;
  for (const Limits& limits : ladder) {
    for (const Unit& unit : best_units(limits)) {
      if (known.insert({unit.prefill, unit.decode}).second) units.push_back(unit);
    }
  }
  return units;
}

const Estimate& Pairs::row_of(const Unit& unit) {
  const auto [entry, is_new] = rows_.try_emplace({unit.prefill, unit.decode});
  if (is_new) {
    entry->second = compose_unit(prefill_[unit.prefill], unit.counts.prefill, decode_[unit.decode], unit.counts.decode, rules_.osl);
  }
  return entry->second;
}

Pairs::Indices Pairs::prefill_order() const {
  Indices order(prefill_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const perf::StaticPoint &x = prefill_[a].point, &y = prefill_[b].point;
    if (x.seq_per_s_gpu != y.seq_per_s_gpu) return x.seq_per_s_gpu > y.seq_per_s_gpu;
    return x.concurrency < y.concurrency;
  });
  return order;
}

/// Layouts in the order of the reference's labels.
void Pairs::group_decode() {
  std::map<std::string, Indices> groups;
  Indices* group = nullptr;
  for (std::size_t i = 0; i < decode_.size(); ++i) {
    const Parallelism& layout = decode_[i].worker.parallel;
    // Rows of one layout mostly stand together.
    if (group == nullptr || layout != decode_[i - 1].worker.parallel) group = &groups[reference_label(layout)];
    group->push_back(i);
  }
  for (auto& [label, rows] : groups) {
    std::ranges::stable_sort(rows, std::ranges::greater{}, [&](std::size_t i) { return decode_[i].point.seq_per_s_gpu; });
    std::vector<double> tpot_ms;
    for (const std::size_t d : rows) tpot_ms.push_back(decode_[d].point.tpot_ms);
    groups_.push_back({std::move(rows), std::move(tpot_ms)});
  }
}

std::vector<Pairs::Unit> Pairs::best_units(const Limits& limits) {
  Indices prefill;
  for (const std::size_t i : by_rate_) {
    if (queued_ttft(prefill_[i]) <= limits.ttft_ms && prefill.size() < kPrefillRows) prefill.push_back(i);
  }
  if (prefill != allowed_prefill_ || best_with_.empty()) {
    allowed_prefill_ = std::move(prefill);
    best_with_.assign(decode_.size(), {});
  }
  std::vector<Unit> best;
  for (const DecodeGroup& group : groups_) {
    if (const auto unit = best_of(group, limits.tpot_ms)) best.push_back(*unit);
  }
  // Rounded like the rows themselves, so that equal rows keep the order of their layouts.
  std::ranges::stable_sort(best, std::ranges::greater{}, [](const Unit& unit) { return round3(unit.tokens_per_s_gpu); });
  if (best.size() > kRowsPerLimit) best.resize(kRowsPerLimit);
  return best;
}

std::optional<Pairs::Unit> Pairs::best_of(const DecodeGroup& group, double tpot_limit) {
  std::optional<Unit> best;
  std::size_t considered = 0;
  for (std::size_t i = 0; i < group.rows.size(); ++i) {
    if (group.tpot_ms[i] > tpot_limit || group.tpot_ms[i] <= 0) continue;
    if (++considered > kDecodeRowsPerLayout) break;
    const std::optional<Unit>& unit = best_with(group.rows[i]);
    if (unit && (!best || better(*unit, *best))) best = unit;
  }
  return best;
}

/// The best match of one decode row; most limits of a ladder allow the same prefill rows.
const std::optional<Pairs::Unit>& Pairs::best_with(std::size_t d) {
  CachedUnit& cached = best_with_[d];
  if (cached.known) return cached.unit;
  cached.known = true;
  for (const std::size_t p : allowed_prefill_) {
    const std::optional<Unit>& unit = unit_of(p, d);
    if (unit && (!cached.unit || better(*unit, *cached.unit))) cached.unit = unit;
  }
  return cached.unit;
}

bool Pairs::better(const Unit& a, const Unit& b) {
  if (a.tokens_per_s_gpu != b.tokens_per_s_gpu) return a.tokens_per_s_gpu > b.tokens_per_s_gpu;
  return a.gpus < b.gpus;
}

const std::optional<Pairs::Unit>& Pairs::unit_of(std::size_t p, std::size_t d) {
  if (cache_.empty()) cache_.resize(prefill_.size() * decode_.size());
  CachedUnit& cached = cache_[d * prefill_.size() + p];
  if (!cached.known) cached = {true, make_unit(p, d)};
  return cached.unit;
}

std::optional<Pairs::Unit> Pairs::make_unit(std::size_t p, std::size_t d) {
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

}  // namespace dynamo::search
