#include "explain/candidate_pair.h"

#include "explain/layouts.h"
#include "search/compose.h"
#include "search/worker_match.h"

namespace dynamo::explain {
namespace {

/// Of one search.
std::optional<Pick> best_pair(const Evidence& evidence, const search::Evaluations& kept, const NamedCandidate& named, const Parallelism& prefill,
                              const Parallelism& decode) {
  search::WorkerMatcher matcher(evidence.request->total_gpus, kept.wide_experts);
  const NamedWorker &named_prefill = named.parts[0], &named_decode = named.parts[1];
  std::optional<Pick> best;
  for (const search::RoleRow& p : kept.prefill) {
    if (p.worker.parallel != prefill) continue;
    for (const search::RoleRow& d : kept.decode) {
      if (d.worker.parallel != decode || (named_decode.batch > 0 && d.worker.batch != named_decode.batch)) continue;
      search::WorkerCounts counts = matcher.match(p.worker.seq_per_s, prefill.gpus(), d.worker.seq_per_s, decode.gpus());
      if (named_prefill.workers > 0) counts.prefill = named_prefill.workers;
      if (named_decode.workers > 0) counts.decode = named_decode.workers;
      if (counts.prefill == 0 || counts.decode == 0) continue;
      const Estimate unit = search::compose_unit(p, counts.prefill, d, counts.decode, static_cast<int>(evidence.request->osl));
      if (!best || nearer(evidence, unit, best->unit)) best = deployed(evidence, unit);
    }
  }
  return best;
}

}  // namespace

bool nearer(const Evidence& evidence, const Estimate& a, const Estimate& b) {
  const double miss_a = pick::violation(a, *evidence.target), miss_b = pick::violation(b, *evidence.target);
  return miss_a != miss_b ? miss_a < miss_b : a.tokens_per_s_gpu > b.tokens_per_s_gpu;
}

std::optional<Pick> best_pair(const Evidence& evidence, const NamedCandidate& named, const Parallelism& prefill, const Parallelism& decode) {
  std::optional<Pick> best;
  for (const Search& search : evidence.searches) {
    if (search.mode != ServingMode::kDisaggregated || !search.outcome->evaluations) continue;
    if (named.backend && search.backend != *named.backend) continue;
    auto own = best_pair(evidence, *search.outcome->evaluations, named, prefill, decode);
    if (own && (!best || nearer(evidence, own->unit, best->unit))) best = std::move(own);
  }
  return best;
}

}  // namespace dynamo::explain
