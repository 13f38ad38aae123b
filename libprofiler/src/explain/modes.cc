#include <algorithm>

#include "explain/limits.h"
#include "explain/sections.h"
#include "explain/words.h"
#include "search/factors.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

/// Where the throughput of a disaggregated unit goes, requests/s per GPU.
struct Losses {
  double unit = 0;        ///< as composed
  double matched = 0;     ///< with prefill and decode GPUs split so that neither waits
  double uncorrected = 0; ///< and all of their rate surviving
};

Losses losses_of(const Estimate& unit) {
  const double prefill = unit.prefill.seq_per_s / unit.prefill.parallel.gpus();
  const double decode = unit.decode.seq_per_s / unit.decode.parallel.gpus();
  const auto matched = [](double a, double b) { return a > 0 && b > 0 ? 1.0 / (1.0 / a + 1.0 / b) : 0.0; };
  return {unit.gpus > 0 ? unit.seq_per_s / unit.gpus : 0,
          matched(prefill * search::kPrefillUtilisation, decode * search::kDecodeUtilisation), matched(prefill, decode)};
}

struct Term {
  std::string name;
  double percent = 0;      ///< of throughput
  std::string sentence;
};

Term mismatch_term(const Estimate& unit, const Losses& losses) {
  const double prefill = unit.prefill.seq_per_s * unit.prefill_workers * search::kPrefillUtilisation;
  const double decode = unit.decode.seq_per_s * unit.decode_workers * search::kDecodeUtilisation;
  const bool prefill_waits = prefill > decode;
  const double idle = prefill_waits ? percent_lost(decode, prefill) : percent_lost(prefill, decode);
  return {"rateMismatch", percent_lost(losses.unit, losses.matched),
          std::string(prefill_waits ? "prefill" : "decode") + " workers idle " + percent_text(idle) +
              " of the time: no split of " + std::to_string(unit.gpus) + " GPUs matches the rates better"};
}

Term corrections_term(const Losses& losses) {
  const double percent = percent_lost(losses.matched, losses.uncorrected);
  return {"corrections", percent,
          "of the rates of separate workers " + fixed(search::kPrefillUtilisation * 100, 0) + " % (prefill) and " +
              fixed(search::kDecodeUtilisation * 100, 0) + " % (decode) are counted on, which costs " + percent_text(percent) + " of throughput"};
}

Term workers_term(double aggregated, const Losses& losses) {
  const double percent = percent_lost(losses.uncorrected, aggregated);
  return {"separateWorkers", percent,
          "even perfectly matched, separate prefill and decode workers serve " + percent_text(percent) +
              (percent >= 0 ? " less" : " more") + " per GPU"};
}

/// The largest of what disaggregation loses against an aggregated unit.
Term why_aggregated(const Estimate& aggregated, const Estimate& disaggregated) {
  const Losses losses = losses_of(disaggregated);
  const double rate = aggregated.gpus > 0 ? aggregated.seq_per_s / aggregated.gpus : 0;
  Term term = mismatch_term(disaggregated, losses);
  for (Term other : {corrections_term(losses), workers_term(rate, losses)}) {
    if (other.percent > term.percent) term = std::move(other);
  }
  return term;
}

/// What mixing prefill into decode steps costs an aggregated unit.
Term why_disaggregated(const Evidence& evidence, const Estimate& aggregated) {
  const Limit limit = limit_of(evidence, aggregated);
  Term term{"prefillInterference", 0, ""};
  if (limit.name == "itl" || limit.name == "ttft" || limit.name == "requestLatency") {
    term.sentence = "prefill steps of " + grouped(std::int64_t{aggregated.ctx_tokens}) + " tokens stretch the steps that decode: " +
                    limit_text(limit);
  } else {
    term.sentence = "one engine for both stops at batch " + std::to_string(aggregated.decode.batch) + ": " + limit_text(limit);
  }
  return term;
}

/// What decides between the pick and the best of the other serving mode.
Term deciding_term(const Evidence& evidence, const Pick& loser) {
  const Pick& pick = *evidence.report->chosen;
  const bool misses = pick::violation(loser.unit, *evidence.target) > 0;
  if (misses && evidence.report->sla_met) return {"target", 0, pick::why_not(loser, pick, *evidence.target)};
  return pick.unit.mode == ServingMode::kAggregated ? why_aggregated(pick.unit, loser.unit) : why_disaggregated(evidence, loser.unit);
}

const Pick* first_of(const std::vector<Pick>& picks) { return picks.empty() ? nullptr : &picks.front(); }

std::string missing_text(const Evidence& evidence, ServingMode mode) {
  for (const Search& search : evidence.searches) {
    if (search.mode == mode && !search.summary->error.empty()) return search.summary->error;
  }
  if (mode == ServingMode::kDisaggregated && evidence.request->total_gpus < 2) return "it needs at least two GPUs";
  if (mode == ServingMode::kAggregated && evidence.report->mode == PickingMode::kAutoscale) {
    return "a planner scales prefill and decode workers apart";
  }
  return "no candidate of it is left";
}

}  // namespace

Value modes_of(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  const Pick* aggregated = first_of(report.aggregated);
  const Pick* disaggregated = first_of(report.disaggregated);
  Value value;
  value.set("aggregated", aggregated == nullptr ? Value() : choice_value(evidence, *aggregated));
  value.set("disaggregated", disaggregated == nullptr ? Value() : choice_value(evidence, *disaggregated));
  if (report.naive) return value;
  const Pick& pick = *report.chosen;
  const bool aggregated_wins = pick.unit.mode == ServingMode::kAggregated;
  const ServingMode other = aggregated_wins ? ServingMode::kDisaggregated : ServingMode::kAggregated;
  const Pick* loser = aggregated_wins ? disaggregated : aggregated;
  value.set("winner", std::string(name_of(pick.unit.mode)));
  if (loser == nullptr) {
    value.set("decidingTerm", "notPossible");
    value.set("sentence", std::string(name_of(other)) + " serving is out: " + missing_text(evidence, other));
    return value;
  }
  const Term term = deciding_term(evidence, *loser);
  const double change = percent_more(loser->tokens_per_s_gpu_cluster, pick.tokens_per_s_gpu_cluster);
  value.set("throughputPercent", change);
  value.set("decidingTerm", term.name);
  value.set("decidingPercent", term.percent);
  value.set("sentence", std::string(name_of(other)) + " has " + change_text(change) + " throughput: " + term.sentence);
  return value;
}

}  // namespace dynamo::explain
