#include <algorithm>
#include <set>

#include "pick/ranking.h"
#include "search/compose.h"
#include "search/drop_log.h"

namespace dynamo::pick {
namespace {

using search::RoleRow;

/// One row per layout: those that keep the role's latency limit, fastest per GPU first, then the others by latency.
struct RoleRanking {
  std::vector<const RoleRow*> rows;
  std::size_t within = 0;   ///< how many keep the limit

  [[nodiscard]] std::span<const RoleRow* const> best() const { return std::span(rows).first(within > 0 ? within : rows.size()); }
};

template <typename Keeps, typename Latency>
RoleRanking rank_role(std::span<const RoleRow> rows, const Keeps& within, const Latency& latency) {
  const auto keeps = [&](const RoleRow* row) { return within(*row); };
  RoleRanking ranking;
  for (const RoleRow& row : rows) ranking.rows.push_back(&row);
  std::ranges::stable_sort(ranking.rows, [&](const RoleRow* a, const RoleRow* b) {
    if (keeps(a) != keeps(b)) return keeps(a);
    if (!keeps(a) && latency(*a) != latency(*b)) return latency(*a) < latency(*b);
    if (a->point.seq_per_s_gpu != b->point.seq_per_s_gpu) return a->point.seq_per_s_gpu > b->point.seq_per_s_gpu;
    return a->point.concurrency < b->point.concurrency;
  });
  std::set<Parallelism> seen;
  std::erase_if(ranking.rows, [&](const RoleRow* row) { return !seen.insert(row->worker.parallel).second; });
  ranking.within = static_cast<std::size_t>(std::ranges::count_if(ranking.rows, keeps));
  return ranking;
}

double itl(const RoleRow& row) { return row.point.tpot_ms; }
bool keeps(double latency, const std::optional<double>& limit) { return !limit || latency <= *limit; }

/// The limit of ITL that an end-to-end target leaves after the prefill.
std::optional<double> itl_limit(const Target& target, int osl) {
  if (!target.request_latency_ms || osl <= 1) return target.tpot_ms;
  return (*target.request_latency_ms - target.ttft_ms.value_or(0)) / (osl - 1);
}

std::vector<Pick> combine(std::span<const RoleRow* const> prefill, std::span<const RoleRow* const> decode,
                          const Target& target, int osl) {
  std::vector<Pick> picks;
  for (const RoleRow* p : prefill)
    for (const RoleRow* d : decode) {
      Pick pick;
      pick.unit = search::compose_unit(*p, 1, *d, 1, osl);
      pick.gpus_used = pick.unit.gpus;
      pick.tokens_per_s_gpu_cluster = pick.unit.tokens_per_s_gpu;
      const bool within_budget = target.reference_order || target.total_gpus <= 0 || pick.gpus_used <= target.total_gpus;
      if (within_budget) picks.push_back(std::move(pick));
    }
  return picks;
}

std::span<const RoleRow* const> first(std::span<const RoleRow* const> rows, int count) {
  return rows.first(std::min(rows.size(), static_cast<std::size_t>(count)));
}

}  // namespace

void account_for_targets(const search::RoleOutcome& roles, const Target& target, int osl, SearchSummary& summary) {
  search::DropLog prefill(summary.mode, summary.backend, "prefill", true), decode(summary.mode, summary.backend, "decode", true);
  const auto note = [&](const RoleRow& row, double value, const std::optional<double>& limit, DropReason reason, search::DropLog& log) {
    if (!limit || value <= *limit) return;
    log.add(row.worker.parallel, row.worker.batch, 0, {reason, value, *limit, {}});
    --summary.feasible;
  };
  for (const RoleRow& row : roles.prefill) note(row, search::queued_ttft(row), target.ttft_ms, DropReason::kTtft, prefill);
  for (const RoleRow& row : roles.decode) note(row, row.point.tpot_ms, itl_limit(target, osl), DropReason::kItl, decode);
  std::move(prefill).append_to(summary);
  std::move(decode).append_to(summary);
}

bool prefill_suffices(const RoleRow& row, const Target& target) { return keeps(search::queued_ttft(row), target.ttft_ms); }

bool decode_suffices(const RoleRow& row, const Target& target, int osl) { return keeps(itl(row), itl_limit(target, osl)); }

Ranking pick_autoscale(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const Target& target, int osl) {
  const RoleRanking p = rank_role(prefill, [&](const RoleRow& row) { return prefill_suffices(row, target); }, search::queued_ttft);
  const RoleRanking d = rank_role(decode, [&](const RoleRow& row) { return decode_suffices(row, target, osl); }, itl);
  Ranking ranking;
  ranking.exceeded = p.within == 0 || d.within == 0;
  ranking.picks = combine(first(p.best(), target.top_n), first(d.best(), target.top_n), target, osl);
  // The fastest workers of both roles may be too large together; smaller ones then stand further down, or miss a target.
  if (ranking.picks.empty()) ranking.picks = combine(p.best(), d.best(), target, osl);
  if (ranking.picks.empty()) {
    ranking.picks = combine(p.rows, d.rows, target, osl);
    ranking.exceeded = true;
  }
  std::ranges::stable_sort(ranking.picks, [&](const Pick& a, const Pick& b) {
    const double miss_a = violation(a.unit, target), miss_b = violation(b.unit, target);
    if (ranking.exceeded && !target.reference_order && miss_a != miss_b) return miss_a < miss_b;
    return a.tokens_per_s_gpu_cluster > b.tokens_per_s_gpu_cluster;
  });
  if (static_cast<int>(ranking.picks.size()) > target.top_n) ranking.picks.resize(static_cast<std::size_t>(target.top_n));
  explain(ranking.picks, target);
  if (!ranking.picks.empty()) ranking.best_throughput = ranking.picks.front().tokens_per_s_gpu_cluster;
  return ranking;
}

}  // namespace dynamo::pick
