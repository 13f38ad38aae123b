#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "pick/ranking.h"

namespace dynamo::pick {
namespace {

constexpr double kNotable = 1.2;   ///< ratio of latencies from which the trade-off is worth a word

/// At most one decimal, none where it is zero.
std::string number(double value) {
  char buffer[64];
  const double rounded = std::nearbyint(value * 10.0) / 10.0;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, rounded).ptr;
  return {buffer, end};
}

std::string latency_name(const Target& target) { return target.request_latency_ms ? "request latency" : "ITL"; }

std::string latency_note(const Pick& loser, const Pick& winner, const Target& target) {
  const double mine = promised_latency(loser.unit, target);
  const double best = promised_latency(winner.unit, target);
  if (mine <= 0 || best <= 0) return {};
  if (best / mine >= kNotable) return latency_name(target) + " " + number(best / mine) + "x better";
  if (mine / best >= kNotable) return latency_name(target) + " " + number(mine / best) + "x worse";
  return {};
}

/// The target that is missed the most; empty = none is.
std::string miss(const Pick& pick, const Target& target) {
  const auto text = [](const char* name, double value, double limit) {
    return std::string(name) + " " + number(value) + " ms misses " + number(limit) + " ms";
  };
  const Estimate& unit = pick.unit;
  if (target.request_latency_ms) {
    if (unit.request_latency_ms <= *target.request_latency_ms) return {};
    return text("request latency", unit.request_latency_ms, *target.request_latency_ms);
  }
  const bool itl = target.tpot_ms && unit.tpot_ms > *target.tpot_ms;
  const bool ttft = target.ttft_ms && unit.ttft_ms > *target.ttft_ms + kRounding;
  if (ttft && (!itl || unit.ttft_ms / *target.ttft_ms > unit.tpot_ms / *target.tpot_ms)) {
    return text("TTFT", unit.ttft_ms, *target.ttft_ms);
  }
  return itl ? text("ITL", unit.tpot_ms, *target.tpot_ms) : std::string();
}

}  // namespace

std::string why_not(const Pick& loser, const Pick& winner, const Target& target) {
  if (std::string missed = miss(loser, target); !missed.empty()) return missed;
  const bool load_match = target.request_rate || target.concurrency;
  if (load_match && loser.load_served_percent < winner.load_served_percent) {
    return "carries only " + number(loser.load_served_percent) + " % of the load";
  }
  if (load_match && loser.gpus_used > winner.gpus_used) return "needs " + std::to_string(loser.gpus_used) + " GPUs";
  const double best = merit(winner, target), own = merit(loser, target);
  const double less = best > 0 ? std::nearbyint((1.0 - own / best) * 100.0) : 0;
  const std::string note = latency_note(loser, winner, target);
  const std::string notes = note.empty() ? note : ", " + note;
  if (less < 1) return "same throughput" + notes;
  if (target.by_cost && own > 0) return number(std::nearbyint((best / own - 1.0) * 100.0)) + " % dearer" + notes;
  return number(less) + " % less throughput" + notes;
}

}  // namespace dynamo::pick
