#include <algorithm>
#include <cmath>
#include <limits>

#include "pick/ranking.h"

namespace dynamo::pick {
namespace {

void deploy(Candidate& candidate, double units) {
  Placement& pick = candidate.pick;
  pick.replicas = static_cast<int>(units);
  pick.gpus_used = pick.replicas * candidate.row->gpus;
  pick.tokens_per_s_gpu_cluster = candidate.row->tokens_per_s_gpu;
}

/// As many units as the budget holds, and the part of the load they carry.
void deploy_capped(Candidate& candidate, double needed, int total_gpus) {
  deploy(candidate, std::max(1, total_gpus / candidate.row->gpus));
  Placement& pick = candidate.pick;
  pick.load_served_percent = pick.replicas / needed * 100.0;
  pick.tokens_per_s_gpu_cluster = candidate.row->tokens_per_s_gpu * pick.replicas * candidate.row->gpus / total_gpus;
}

bool carries_load(double units, const Estimate& row, const Target& target) {
  return target.total_gpus <= 0 || units * row.gpus <= target.total_gpus;
}

/// Deploys every candidate. Those within the budget are kept; if none is, all are cut to it and the answer is true.
bool deploy_within_budget(std::vector<Candidate>& candidates, const Target& target, bool exceeded) {
  const auto fits = [&](const Candidate& candidate) { return carries_load(candidate.units, *candidate.row, target); };
  for (Candidate& candidate : candidates) candidate.units = units_needed(*candidate.row, target);
  std::erase_if(candidates, [](const Candidate& candidate) { return std::isinf(candidate.units); });
  const bool ignore_budget = exceeded && target.reference_order;
  const bool capped = !ignore_budget && !candidates.empty() && std::ranges::none_of(candidates, fits);
  if (!capped && !ignore_budget) std::erase_if(candidates, [&](const Candidate& candidate) { return !fits(candidate); });
  for (Candidate& candidate : candidates) {
    capped ? deploy_capped(candidate, candidate.units, target.total_gpus) : deploy(candidate, candidate.units);
  }
  return capped;
}

/// Comparable over serving modes: the fewest GPUs win, and carrying only a part of the load always loses.
double merit_of(const Pick& pick, const Target& target) {
  if (target.reference_order && target.total_gpus > 0 && pick.gpus_used >= target.total_gpus) {
    return pick.tokens_per_s_gpu_cluster;
  }
  const bool whole = pick.load_served_percent >= 100;
  return whole ? 1.0 / pick.gpus_used : pick.load_served_percent / 100.0 / (target.total_gpus + 1);
}

}  // namespace

double units_needed(const Estimate& row, const Target& target) {
  const double load = target.request_rate ? *target.request_rate : target.concurrency.value_or(0);
  const double capacity = target.request_rate ? row.seq_per_s : row.concurrency;
  if (capacity <= 0) return std::numeric_limits<double>::infinity();
  return std::max(1.0, std::ceil(load / capacity));
}

bool suffices(const Estimate& row, const Target& target) {
  const std::vector<Candidate> candidate = candidates_of(std::vector{&row}, target);
  return !candidate.empty() && candidate.front().violation <= 0 && carries_load(units_needed(row, target), row, target);
}

Ranking pick_load_match(const Rows& rows, const Target& target) {
  Ranking ranking;
  std::vector<Candidate> candidates = candidates_of(rows, target);
  ranking.exceeded = keep_feasible(candidates);
  ranking.capped = deploy_within_budget(candidates, target, ranking.exceeded);

  const auto faster = [](const Candidate& a, const Candidate& b) {
    return a.pick.tokens_per_s_gpu_cluster > b.pick.tokens_per_s_gpu_cluster;
  };
  const auto smaller = [](const Candidate& a, const Candidate& b) { return a.pick.gpus_used < b.pick.gpus_used; };
  const auto smaller_then_faster = [&](const Candidate& a, const Candidate& b) {
    return a.pick.gpus_used != b.pick.gpus_used ? smaller(a, b) : a.row->tokens_per_s_gpu > b.row->tokens_per_s_gpu;
  };
  const auto closer = [](const Candidate& a, const Candidate& b) { return a.violation < b.violation; };
  if (ranking.exceeded) {
    ranking.picks = best_per_layout(std::move(candidates), closer, closer, target.top_n);
  } else if (ranking.capped) {
    ranking.picks = best_per_layout(std::move(candidates), faster, faster, target.top_n);
  } else {
    ranking.picks = best_per_layout(std::move(candidates), smaller, smaller_then_faster, target.top_n);
  }
  explain(ranking.picks, target);
  if (!ranking.picks.empty()) ranking.best_throughput = merit_of(ranking.picks.front(), target);
  return ranking;
}

}  // namespace dynamo::pick
