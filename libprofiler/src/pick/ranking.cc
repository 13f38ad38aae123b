#include "pick/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "search/layouts.h"

namespace dynamo::pick {
namespace {

double excess(double value, const std::optional<double>& limit) {
  return limit && value > *limit && *limit > 0 ? value / *limit - 1.0 : 0.0;
}

}  // namespace

double violation(const Estimate& row, const Target& target) {
  if (target.request_latency_ms) return excess(row.request_latency_ms, target.request_latency_ms);
  return std::max(excess(row.tpot_ms, target.tpot_ms), excess(row.ttft_ms - kRounding, target.ttft_ms));
}

std::vector<Candidate> candidates_of(const Rows& rows, const Target& target) {
  std::vector<Candidate> out;
  out.reserve(rows.size());
  for (const Estimate* row : rows) {
    const bool finite = std::isfinite(row->tokens_per_s_gpu) && std::isfinite(promised_latency(*row, target));
    const bool deployable = row->gpus > 0 && (target.total_gpus <= 0 || row->gpus <= target.total_gpus);
    if (finite && deployable) out.push_back({row, {}, pick::violation(*row, target), 1});
  }
  return out;
}

bool keep_feasible(std::vector<Candidate>& candidates) {
  const auto meets = [](const Candidate& candidate) { return candidate.violation <= 0; };
  if (std::ranges::none_of(candidates, meets)) return !candidates.empty();
  std::erase_if(candidates, [&](const Candidate& candidate) { return !meets(candidate); });
  return false;
}

double merit(const Pick& pick, const Target& target) {
  return target.by_cost ? pick.unit.tokens_per_s_gpu : pick.tokens_per_s_gpu_cluster;
}

double promised_latency(const Estimate& row, const Target& target) {
  return target.request_latency_ms ? row.request_latency_ms : row.tpot_ms;
}

std::vector<Pick> best_per_layout(std::vector<Candidate> candidates, const Better& group, const Better& order, int top_n) {
  std::map<Parallelism, const Candidate*> best;
  for (const Candidate& candidate : candidates) {
    const Candidate*& winner = best[candidate.row->decode.parallel];
    if (winner == nullptr || group(candidate, *winner)) winner = &candidate;
  }
  std::map<std::string, const Candidate*> labelled;
  for (const auto& [layout, candidate] : best) labelled[search::reference_label(layout)] = candidate;
  std::vector<const Candidate*> winners;
  for (const auto& [label, candidate] : labelled) winners.push_back(candidate);
  std::ranges::stable_sort(winners, [&](const Candidate* a, const Candidate* b) { return order(*a, *b); });
  std::vector<Pick> picks;
  for (const Candidate* winner : winners) {
    if (static_cast<int>(picks.size()) >= top_n) break;
    const Placement& placed = winner->pick;
    picks.push_back({*winner->row, placed.replicas, placed.gpus_used, placed.tokens_per_s_gpu_cluster, placed.load_served_percent, {}});
  }
  return picks;
}

void explain(std::vector<Pick>& picks, const Target& target) {
  for (std::size_t i = 1; i < picks.size(); ++i) picks[i].why_not = why_not(picks[i], picks[0], target);
}

}  // namespace dynamo::pick
