#include <algorithm>
#include <cmath>

#include "explain/sections.h"
#include "perf/serving/schedule.h"
#include "search/factors.h"

namespace dynamo::explain {
namespace {

Value assumption(const char* name, Value amount, const char* unit, std::string meaning) {
  Value value;
  value.set("name", name);
  value.set("value", std::move(amount));
  value.set("unit", unit);
  value.set("meaning", std::move(meaning));
  return value;
}

void add_disaggregated(Array& out) {
  out.push_back(assumption("prefillLatencyFactor", search::kPrefillLatencyFactor, "x", "on every prefill latency of a prefill worker"));
  out.push_back(assumption("decodeLatencyFactor", search::kDecodeLatencyFactor, "x", "on every decode latency of a decode worker"));
  out.push_back(assumption("ttftQueueing", search::kTtftQueueing, "x", "TTFT over the prefill itself: waiting for a free prefill worker"));
  out.push_back(assumption("prefillUtilisation", search::kPrefillUtilisation, "of 1", "share of the prefill rate that survives pipeline bubbles"));
  out.push_back(assumption("decodeUtilisation", search::kDecodeUtilisation, "of 1", "share of the decode rate with slots not always full"));
}

void add_aggregated(const Evidence& evidence, const Estimate& unit, Array& out) {
  const double prompt_tokens = static_cast<double>(evidence.scenario->isl) * unit.decode.batch;
  const double steps = std::ceil(prompt_tokens / std::max(unit.ctx_tokens, 1));
  out.push_back(assumption("prefillQueueing", perf::queue_factor(unit.decode.backend, unit.decode.batch, steps), "x",
                           "TTFT over the prefill itself: waiting until the prompts before it are read"));
  out.push_back(assumption("contextTokensPerStep", unit.ctx_tokens, "tokens", "prompt tokens that a mixed step reads"));
}

}  // namespace

Array assumptions_of(const Evidence& evidence) {
  Array out;
  const search::Scenario& scenario = *evidence.scenario;
  out.push_back(assumption("isl", scenario.isl, "tokens", "every prompt has this length"));
  out.push_back(assumption("osl", scenario.osl, "tokens", "every answer has this length"));
  out.push_back(assumption("prefix", scenario.prefix, "tokens", "of a prompt are in the KV cache already"));
  out.push_back(assumption("acceptedDrafts", scenario.nextn > 0 ? scenario.nextn_accepted : 0.0, "tokens", "accepted a step by speculative decoding"));
  out.push_back(assumption("latency", "mean", "", "TTFT and ITL are means, not percentiles"));
  if (evidence.report->naive) return out;
  const Estimate& unit = evidence.report->chosen->unit;
  if (unit.mode == ServingMode::kAggregated) add_aggregated(evidence, unit, out);
  add_disaggregated(out);
  return out;
}

Value provenance_of(const Evidence& evidence) {
  Value value = provenance_value(evidence.report->provenance);
  if (evidence.report->naive) value.set("tier", "unverified");
  return value;
}

}  // namespace dynamo::explain
