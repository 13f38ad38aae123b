#include "search/pairing.h"
#include "search/reselection.h"
#include "search/roles.h"

namespace dynamo::search {

UnitRules unit_rules(const Scenario& scenario, bool wide_experts) {
  return {scenario.unit_gpus.value_or(scenario.total_gpus), scenario.osl, scenario.backend == Backend::kSglang, wide_experts};
}

Outcome search_disaggregated(const Scenario& scenario, const TableStore& tables) {
  Outcome outcome{{}, summary_of(scenario, ServingMode::kDisaggregated), nullptr, false};
  SearchSummary& summary = outcome.summary;
  const auto ladder = limit_ladder(scenario);
  if (!ladder) summary.error = ladder.error();
  if (scenario.total_gpus < 2) summary.error = "disaggregated serving needs at least two GPUs";
  if (!summary.error.empty()) return outcome;
  const auto prefill_session = open_session(scenario, tables, perf::Role::kPrefill);
  const auto decode_session = open_session(scenario, tables, perf::Role::kDecode);
  if (!prefill_session || !decode_session) {
    summary.error = prefill_session ? decode_session.error().message : prefill_session.error().message;
    return outcome;
  }
  summary.version = prefill_session->database.version();
  summary.quant = prefill_session->quant;

  RoleCandidates prefill = role_candidates(scenario, *prefill_session);
  RoleCandidates decode = role_candidates(scenario, *decode_session);
  const bool wide_experts = prefill_session->wide_experts || decode_session->wide_experts;
  const auto pairs = std::make_shared<Pairs>(prefill.rows, decode.rows, unit_rules(scenario, wide_experts));
  const RoleCandidates* missing = prefill.rows.empty() ? &prefill : decode.rows.empty() ? &decode : nullptr;
  outcome.memory_bound = missing != nullptr && memory_alone(missing->drops.entries());
  Pairing pairing = pair_workers(*pairs, {*ladder, scenario.tpot_ms, scenario.request_latency_ms}, prefill.drops, decode.drops);
  outcome.rows = std::move(pairing.rows);
  std::move(prefill.drops).append_to(summary);
  std::move(decode.drops).append_to(summary);
  summary.feasible = pairing.feasible;
  summary.enumerated = total_dropped(summary.dropped) + summary.feasible;
  if (scenario.keep_evaluations) {
    auto kept = std::make_shared<Evaluations>();
    kept->prefill = std::move(prefill.rows);
    kept->decode = std::move(decode.rows);
    kept->wide_experts = wide_experts;
    kept->pairs = pairs;
    outcome.evaluations = std::move(kept);
  }
  return outcome;
}

}  // namespace dynamo::search
