#include <algorithm>
#include <limits>
#include <set>

#include "pick/ranking.h"
#include "search/compose.h"
#include "search/drop_log.h"
#include "search/factors.h"

namespace dynamo::pick {
namespace {

using search::RoleRow;

/// One role's rows that keep its latency limit, fastest per GPU first; if none does, by latency. One row per layout.
struct RoleRanking {
  std::vector<const RoleRow*> rows;
  bool exceeded = false;
};

template <typename Latency>
RoleRanking rank_role(std::span<const RoleRow> rows, const std::optional<double>& limit, const Latency& latency) {
  RoleRanking ranking;
  const double allowed = limit.value_or(std::numeric_limits<double>::infinity());
  for (const RoleRow& row : rows)
    if (latency(row) <= allowed) ranking.rows.push_back(&row);
  ranking.exceeded = ranking.rows.empty() && !rows.empty();
  if (ranking.exceeded)
    for (const RoleRow& row : rows) ranking.rows.push_back(&row);
  std::ranges::stable_sort(ranking.rows, [&](const RoleRow* a, const RoleRow* b) {
    if (ranking.exceeded && latency(*a) != latency(*b)) return latency(*a) < latency(*b);
    if (a->point.seq_per_s_gpu != b->point.seq_per_s_gpu) return a->point.seq_per_s_gpu > b->point.seq_per_s_gpu;
    return a->point.concurrency < b->point.concurrency;
  });
  std::set<Parallelism> seen;
  std::erase_if(ranking.rows, [&](const RoleRow* row) { return !seen.insert(row->worker.parallel).second; });
  return ranking;
}

double queued_ttft(const RoleRow& row) { return row.point.ttft_ms * search::kTtftQueueing; }

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
      pick.unit = search::compose(*p, queued_ttft(*p), 1, *d, 1, osl);
      search::round_row(pick.unit);
      pick.gpus_used = pick.unit.gpus;
      pick.tokens_per_s_gpu_cluster = pick.unit.tokens_per_s_gpu;
      const bool within_budget = target.reference_order || target.total_gpus <= 0 || pick.gpus_used <= target.total_gpus;
      if (within_budget) picks.push_back(std::move(pick));
    }
  return picks;
}

template <typename Row>
std::span<Row* const> first(const std::vector<Row*>& rows, int count) {
  return std::span(rows).first(std::min(rows.size(), static_cast<std::size_t>(count)));
}

}  // namespace

void account_for_targets(const search::RoleOutcome& roles, const Target& target, int osl, SearchSummary& summary) {
  search::DropLog prefill(summary.mode, summary.backend, "prefill", true), decode(summary.mode, summary.backend, "decode", true);
  const auto note = [&](const RoleRow& row, double value, const std::optional<double>& limit, DropReason reason, search::DropLog& log) {
    if (!limit || value <= *limit) return;
    log.add(row.worker.parallel, row.worker.batch, 0, {reason, value, *limit, {}});
    --summary.feasible;
  };
  for (const RoleRow& row : roles.prefill) note(row, queued_ttft(row), target.ttft_ms, DropReason::kTtft, prefill);
  for (const RoleRow& row : roles.decode) note(row, row.point.tpot_ms, itl_limit(target, osl), DropReason::kItl, decode);
  prefill.append_to(summary);
  decode.append_to(summary);
}

Ranking pick_autoscale(std::span<const RoleRow> prefill, std::span<const RoleRow> decode, const Target& target, int osl) {
  const RoleRanking p = rank_role(prefill, target.ttft_ms, queued_ttft);
  const RoleRanking d = rank_role(decode, itl_limit(target, osl), [](const RoleRow& row) { return row.point.tpot_ms; });
  Ranking ranking;
  ranking.exceeded = p.exceeded || d.exceeded;
  ranking.picks = combine(first(p.rows, target.top_n), first(d.rows, target.top_n), target, osl);
  // The fastest workers of both roles may be too large together; smaller ones then stand further down.
  if (ranking.picks.empty()) ranking.picks = combine(p.rows, d.rows, target, osl);
  std::ranges::stable_sort(ranking.picks, std::ranges::greater{}, &Pick::tokens_per_s_gpu_cluster);
  if (static_cast<int>(ranking.picks.size()) > target.top_n) ranking.picks.resize(static_cast<std::size_t>(target.top_n));
  explain(ranking.picks, target);
  if (!ranking.picks.empty()) ranking.best_throughput = ranking.picks.front().tokens_per_s_gpu_cluster;
  return ranking;
}

}  // namespace dynamo::pick
