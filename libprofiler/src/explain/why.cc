#include <algorithm>

#include "explain/limits.h"
#include "explain/sections.h"
#include "explain/words.h"
#include "text/number_text.h"

namespace dynamo::explain {
namespace {

struct TargetRow {
  const char* name;
  std::optional<double> wanted, achieved;
  double predicted;
};

std::vector<TargetRow> target_rows(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  const ValidatedRequest& request = *evidence.request;
  const Estimate& unit = report.chosen->unit;
  return {{"ttft", request.ttft_ms, report.best_ttft_ms, unit.ttft_ms},
          {"itl", request.itl_ms, report.best_itl_ms, unit.tpot_ms},
          {"requestLatency", request.e2e_ms, report.best_e2e_ms, unit.request_latency_ms}};
}

std::string binding_sentence(const Evidence& evidence, const Limit& limit) {
  const Pick& pick = *evidence.report->chosen;
  const std::string gain = limit.tokens_per_s_gpu > 0
                               ? " (" + change_text(percent_more(limit.tokens_per_s_gpu, pick.unit.tokens_per_s_gpu)) + " throughput)"
                               : std::string();
  if (limit.name == "itl" || limit.name == "ttft" || limit.name == "requestLatency") {
    return title_of(limit.name) + " binds: " + limit_text(limit) + gain + ".";
  }
  if (limit.name == "memory" || limit.name == "kvCache") return "Memory binds: " + limit_text(limit) + ".";
  if (limit.name == "prefill") return "Prefill binds: " + limit_text(limit) + ".";
  return "Nothing binds: " + limit_text(limit) + " than batch " + std::to_string(limit.batch) + ".";
}

std::string goal_sentence(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  if (report.naive) return "No performance model answers for this combination; the layout only fits the memory.";
  if (!report.sla_met) return "Nothing meets the targets; this one is the closest to them.";
  switch (report.mode) {
    case PickingMode::kLoadMatch:
      return report.chosen->load_served_percent < 100 ? "The GPUs do not carry the load; this one carries most of it."
                                                      : "It carries the load under the targets with the fewest GPUs.";
    case PickingMode::kAutoscale: return "Prefill and decode are each the fastest under their own target; a planner scales them.";
    case PickingMode::kDefault:
      if (evidence.target->by_cost) return "It makes a token at the lowest cost under the targets.";
      return "It has the highest throughput that " + (evidence.request->total_gpus == 1 ? "one GPU reaches" : std::to_string(evidence.request->total_gpus) + " GPUs reach") +
             " under the targets.";
  }
  return {};
}

std::string reason_of(const Evidence& evidence, const Pick& pick, const Limit& limit) {
  const bool misses = pick::violation(pick.unit, *evidence.target) > 0;
  if (misses || limit.name.empty() || limit.name == "largestBatch") return pick.why_not;
  return pick.why_not + "; " + limit_text(limit);
}

}  // namespace

Value targets_of(const Evidence& evidence) {
  Array out;
  if (evidence.report->naive) return out;
  for (const TargetRow& row : target_rows(evidence)) {
    if (!row.wanted) continue;
    Value value;
    value.set("name", row.name);
    value.set("title", title_of(row.name));
    value.set("submittedMs", *row.wanted);
    value.set("effectiveMs", row.achieved.value_or(*row.wanted));
    value.set("predictedMs", row.predicted);
    value.set("met", !row.achieved.has_value());
    value.set("usedPercent", *row.wanted > 0 ? row.predicted / *row.wanted * 100.0 : 0.0);
    out.push_back(std::move(value));
  }
  return out;
}

Value why_of(const Evidence& evidence) {
  const PickReport& report = *evidence.report;
  const Limit limit = report.naive ? Limit{} : limit_of(evidence, report.chosen->unit);
  Value value;
  value.set("goal", goal_sentence(evidence));
  value.set("binding", limit.name);
  // Where the pick misses a target itself, what a faster one would miss says nothing.
  value.set("bindingSentence", limit.name.empty() || !report.sla_met ? std::string() : binding_sentence(evidence, limit));
  value.set("limit", limit.name.empty() ? Value() : limit_value(limit));
  return value;
}

Array runners_up_of(const Evidence& evidence) {
  Array out;
  const std::vector<Pick>& ranked = evidence.report->ranked;
  for (std::size_t i = 1; i < ranked.size(); ++i) {
    const Limit limit = limit_of(evidence, ranked[i].unit);
    Value value = choice_value(evidence, ranked[i]);
    value.set("whyNot", ranked[i].why_not);
    value.set("limit", limit.name.empty() ? Value() : limit_value(limit));
    value.set("sentence", reason_of(evidence, ranked[i], limit));
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace dynamo::explain
