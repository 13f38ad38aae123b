#include <cmath>
#include <limits>

#include "explain/changes.h"
#include "explain/words.h"

namespace dynamo::explain {
namespace {

/// What a relaxation has to buy to be worth a line on a first screen, percent of throughput.
constexpr double kNotableGain = 2;

/// An end-to-end target is relaxed up to that many times itself.
constexpr double kWidest = 16;

bool worth_naming(const Standing& standing, const Pick& pick) {
  if (!standing.satisfied) return true;
  if (pick.gpus_used < standing.pick.gpus_used) return true;
  const bool by_cost = standing.target.by_cost;
  const double gain = by_cost ? percent_more(pick.unit.tokens_per_s_gpu, standing.pick.unit.tokens_per_s_gpu)
                              : percent_more(total_rate(pick), total_rate(standing.pick));
  return gain >= kNotableGain;
}

std::optional<Step> smallest(Standing& standing, const Knob& knob, Probe& probe) {
  const double from = standing.submitted(knob);
  const double any = std::numeric_limits<double>::infinity();
  const bool end_to_end = knob.member == &pick::Target::request_latency_ms;
  if (!end_to_end) return first_accepted(probe, from, thresholds_of(standing.evidence, knob.member, standing.satisfied, from, any));
  if (standing.targets_met) {
    return first_accepted(probe, from, thresholds_of(standing.evidence, knob.member, standing.satisfied, from, from * kWidest));
  }
  // Nothing is met below the quickest point, and that one almost always is.
  const double quickest = rounded_up(standing.answers.quickest_request());
  if (quickest > from && std::isfinite(quickest)) {
    if (auto step = probe.at(quickest)) return step;
  }
  std::optional<Step> step;
  for (double factor = 1.25; factor <= kWidest && !step; factor *= 1.5) step = bisected(probe, from, from, from * factor);
  return step;
}

/// The smallest value above the target that changes the pick; where nothing meets the targets, that meets them.
Value relaxed(Standing& standing, const Knob& knob) {
  const bool meet = !standing.targets_met;
  const Pick& pick = standing.pick;
  Probe probe(standing.answers, standing.target, knob.member,
              {meet, [&](const Answer& answer) { return meet || !same_pick(answer.pick, pick); }});
  const auto step = smallest(standing, knob, probe);
  if (!step) return {};
  const double shown = fewer_digits_up(step->target_ms);
  const auto there = standing.answers.under(standing.with(knob, shown));
  const bool same = there && same_pick(there->pick, step->answer.pick);
  return target_change(standing, knob, meet ? "meets" : "pickChanges", *step, same ? shown : step->target_ms,
                       worth_naming(standing, step->answer.pick));
}

}  // namespace

Array relaxations(Standing& standing) {
  Array out;
  for (const Knob& knob : standing.knobs()) {
    if (Value value = relaxed(standing, knob); !value.is_null()) out.push_back(std::move(value));
  }
  return out;
}

}  // namespace dynamo::explain
