#include <algorithm>

#include "pick/ranking.h"

namespace dynamo::pick {
namespace {

void deploy(Candidate& candidate, int total_gpus) {
  const Estimate& row = *candidate.row;
  Placement& pick = candidate.pick;
  pick.replicas = std::max(1, total_gpus / row.gpus);
  pick.gpus_used = pick.replicas * row.gpus;
  pick.tokens_per_s_gpu_cluster = row.tokens_per_s_gpu;
  if (total_gpus > 0) pick.tokens_per_s_gpu_cluster = row.tokens_per_s_gpu * (total_gpus / row.gpus) * row.gpus / total_gpus;
}

}  // namespace

Ranking pick_default(const Rows& rows, const Target& target) {
  Ranking ranking;
  std::vector<Candidate> candidates = candidates_of(rows, target);
  ranking.exceeded = keep_feasible(candidates);
  for (Candidate& candidate : candidates) deploy(candidate, target.total_gpus);

  const auto rate = [&](const Candidate& candidate) {
    return target.by_cost ? candidate.row->tokens_per_s_gpu : candidate.pick.tokens_per_s_gpu_cluster;
  };
  const auto faster = [&](const Candidate& a, const Candidate& b) { return rate(a) > rate(b); };
  const auto faster_then_snappier = [&](const Candidate& a, const Candidate& b) {
    if (faster(a, b) || faster(b, a)) return faster(a, b);
    return target.request_latency_ms ? a.row->request_latency_ms < b.row->request_latency_ms
                                     : a.row->tokens_per_s_user > b.row->tokens_per_s_user;
  };
  const auto closer = [&](const Candidate& a, const Candidate& b) {
    return a.violation != b.violation ? a.violation < b.violation : faster(a, b);
  };
  const auto lower_latency = [&](const Candidate& a, const Candidate& b) {
    return promised_latency(*a.row, target) < promised_latency(*b.row, target);
  };
  if (!ranking.exceeded) {
    ranking.picks = best_per_layout(std::move(candidates), faster, faster_then_snappier, target.top_n);
  } else if (target.reference_order) {
    ranking.picks = best_per_layout(std::move(candidates), faster, lower_latency, target.top_n);
  } else {
    ranking.picks = best_per_layout(std::move(candidates), closer, closer, target.top_n);
  }
  explain(ranking.picks, target);
  if (!ranking.picks.empty()) ranking.best_throughput = merit(ranking.picks.front(), target);
  return ranking;
}

}  // namespace dynamo::pick
