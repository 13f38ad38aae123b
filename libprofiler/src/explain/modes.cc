#include <algorithm>
#include <cmath>

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

double lost(double kept, double whole) { return whole > 0 ? (1.0 - kept / whole) * 100.0 : 0.0; }

Term mismatch_term(const Estimate& unit, const Losses& losses) {
  const double prefill = unit.prefill.seq_per_s * unit.prefill_workers * search::kPrefillUtilisation;
  const double decode = unit.decode.seq_per_s * unit.decode_workers * search::kDecodeUtilisation;
  const bool prefill_waits = prefill > decode;
  const double idle = prefill_waits ? lost(decode, prefill) : lost(prefill, decode);
  return {"rateMismatch", lost(losses.unit, losses.matched),
          std::string(prefill_waits ? "prefill" : "decode") + " workers idle " + percent_text(idle) +
              " of the time: no split of " + std::to_string(unit.gpus) + " GPUs matches the rates better"};
}

Term corrections_term(const Losses& losses) {
  const double percent = lost(losses.matched, losses.uncorrected);
  return {"corrections", percent,
          "only " + fixed(search::kPrefillUtilisation * 100, 0) + " % of the prefill rate and " +
              fixed(search::kDecodeUtilisation * 100, 0) + " % of the decode rate are counted on, " + percent_text(percent) +
              " of throughput"};
}

Term workers_term(double aggregated, const Losses& losses) {
  const double percent = lost(losses.uncorrected, aggregated);
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

const Pick* first_that(const std::vector<Pick>& picks) { return picks.empty() ? nullptr : &picks.front(); }

std::string missing_text(const Evidence& evidence, ServingMode mode) {
  for (const Search& search : evidence.searches) {
    if (search.mode == mode && !search.outcome->summary.error.empty()) return search.outcome->summary.error;
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
  const Pick* aggregated = first_that(report.aggregated);
  const Pick* disaggregated = first_that(report.disaggregated);
  Value value;
  value.set("aggregated", aggregated == nullptr ? Value() : choice_value(evidence, *aggregated));
  value.set("disaggregated", disaggregated == nullptr ? Value() : choice_value(evidence, *disaggregated));
  if (report.naive) return value;
  const Pick& pick = *report.chosen;
  const bool aggregated_wins = pick.unit.mode == ServingMode::kAggregated;
  const Pick* loser = aggregated_wins ? disaggregated : aggregated;
  const std::string other = aggregated_wins ? "disaggregated" : "aggregated";
  value.set("winner", std::string(name_of(pick.unit.mode)));
  if (loser == nullptr) {
    const std::string why = missing_text(evidence, aggregated_wins ? ServingMode::kDisaggregated : ServingMode::kAggregated);
    value.set("decidingTerm", "notPossible");
    value.set("sentence", other + " serving is out: " + why);
    return value;
  }
  Term term;
  const bool loser_misses = pick::violation(loser->unit, *evidence.target) > 0 && report.sla_met;
  if (loser_misses) {
    term = {"target", 0, pick::why_not(*loser, pick, *evidence.target)};
  } else {
    term = aggregated_wins ? why_aggregated(pick.unit, loser->unit) : why_disaggregated(evidence, loser->unit);
  }
  const double change = percent_more(loser->tokens_per_s_gpu_cluster, pick.tokens_per_s_gpu_cluster);
  value.set("throughputPercent", change);
  value.set("decidingTerm", term.name);
  value.set("decidingPercent", term.percent);
  value.set("sentence", other + " has " + change_text(change) + " throughput: " + term.sentence);
  return value;
}

Value rates_of(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  Value value;
  if (report.naive || report.disaggregated.empty()) return value;
  const bool chosen = report.chosen->unit.mode == ServingMode::kDisaggregated;
  const Estimate& unit = chosen ? report.chosen->unit : report.disaggregated.front().unit;
  constexpr int kMostWorkers = 8;
  const int prefill_gpus = unit.prefill.parallel.gpus(), decode_gpus = unit.decode.parallel.gpus();
  struct Row { int prefill, decode, gpus; double prefill_rate, decode_rate, per_gpu; bool used; };
  std::vector<Row> rows;
  for (int p = 1; p <= kMostWorkers; ++p)
    for (int d = 1; d <= kMostWorkers; ++d) {
      const int gpus = p * prefill_gpus + d * decode_gpus;
      const bool used = p == unit.prefill_workers && d == unit.decode_workers;
      if (gpus > evidence.request->total_gpus && !used) continue;
      const double prefill_rate = unit.prefill.seq_per_s * p * search::kPrefillUtilisation;
      const double decode_rate = unit.decode.seq_per_s * d * search::kDecodeUtilisation;
      rows.push_back({p, d, gpus, prefill_rate, decode_rate, std::min(prefill_rate, decode_rate) / gpus, used});
    }
  std::ranges::stable_sort(rows, [](const Row& a, const Row& b) { return a.per_gpu > b.per_gpu; });
  constexpr std::size_t kMostRows = 10;
  Array table;
  for (const Row& row : rows) {
    if (table.size() >= kMostRows && !row.used) continue;
    Value item;
    item.set("prefillWorkers", row.prefill);
    item.set("decodeWorkers", row.decode);
    item.set("gpus", row.gpus);
    item.set("prefillRequestsPerSecond", row.prefill_rate);
    item.set("decodeRequestsPerSecond", row.decode_rate);
    item.set("requestsPerSecond", std::min(row.prefill_rate, row.decode_rate));
    item.set("tokensPerSecondPerGpu", row.per_gpu * static_cast<double>(evidence.request->osl));
    item.set("bottleneck", row.prefill_rate < row.decode_rate ? "prefill" : "decode");
    item.set("idlePercent", lost(std::min(row.prefill_rate, row.decode_rate), std::max(row.prefill_rate, row.decode_rate)));
    item.set("used", row.used);
    table.push_back(std::move(item));
  }
  value.set("prefill", unit.prefill.parallel.label(evidence.moe()));
  value.set("decode", unit.decode.parallel.label(evidence.moe()) + ", batch " + std::to_string(unit.decode.batch));
  value.set("prefillRequestsPerSecondPerWorker", unit.prefill.seq_per_s);
  value.set("decodeRequestsPerSecondPerWorker", unit.decode.seq_per_s);
  value.set("ofThePick", chosen);
  value.set("table", std::move(table));
  return value;
}

}  // namespace dynamo::explain
