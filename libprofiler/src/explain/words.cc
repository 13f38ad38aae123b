#include "explain/words.h"

#include <cmath>

#include "explain/thresholds.h"
#include "text/number_text.h"

namespace dynamo::explain {

std::string target_text(double ms) { return shortest(on_grid(ms)); }

std::string ms_text(double ms) { return readable(ms) + " ms"; }

std::pair<std::string, std::string> told_apart(double value, double limit) {
  constexpr int kMostDecimals = 3;
  std::pair<std::string, std::string> shown{readable(value), readable(limit)};
  for (int decimals = 1; shown.first == shown.second && decimals <= kMostDecimals; ++decimals) shown = {fixed(value, decimals), fixed(limit, decimals)};
  return shown.first == shown.second ? std::pair{readable(value), readable(limit)} : shown;
}

std::string percent_text(double percent) {
  const double size = std::abs(percent);
  if (size > 0 && size < 0.95) return "< 1 %";
  return fixed(size, 0) + " %";
}

std::string change_text(double percent) {
  if (std::abs(percent) < 0.05) return "the same";
  constexpr double kTold = 200;   // percent more from which a factor is easier to read
  if (percent >= kTold) return readable(1 + percent / 100) + " times the";
  return percent_text(percent) + (percent > 0 ? " more" : " less");
}

std::string title_of(std::string_view target) {
  if (target == "ttft") return "TTFT";
  if (target == "itl") return "ITL";
  return "request latency";
}

std::string choice_text(const Evidence& evidence, const Pick& pick) {
  std::string out = layout_text(pick, evidence.moe());
  if (pick.unit.mode == ServingMode::kDisaggregated) {
    out = "disagg " + out;
  } else {
    out = "agg " + out + ", batch " + std::to_string(pick.unit.decode.batch);
  }
  if (evidence.several_backends()) out += " (" + std::string(name_of(pick.unit.decode.backend)) + ")";
  return out;
}

Value choice_value(const Evidence& evidence, const Pick& pick) {
  const Estimate& unit = pick.unit;
  Value value;
  value.set("name", choice_text(evidence, pick));
  value.set("servingMode", std::string(name_of(unit.mode)));
  value.set("backend", std::string(name_of(unit.decode.backend)));
  value.set("layout", layout_text(pick, evidence.moe()));
  value.set("batch", unit.decode.batch);
  value.set("contextTokensPerStep", unit.ctx_tokens);
  value.set("replicas", pick.replicas);
  value.set("gpus", pick.gpus_used);
  value.set("ttftMs", unit.ttft_ms);
  value.set("itlMs", unit.tpot_ms);
  value.set("requestLatencyMs", unit.request_latency_ms);
  value.set("tokensPerSecond", unit.tokens_per_s * pick.replicas);
  value.set("tokensPerSecondPerGpu", unit.tokens_per_s_gpu);
  value.set("tokensPerSecondPerGpuOfBudget", pick.tokens_per_s_gpu_cluster);
  value.set("loadServedPercent", pick.load_served_percent);
  return value;
}

}  // namespace dynamo::explain
