#pragma once

#include <string>

#include "explain/thresholds.h"

namespace dynamo::explain {

/// A target that can be moved.
struct Knob {
  const char* name;      ///< in the document
  TargetMember member;
};

/// What `pick` reaches of a target, ms.
[[nodiscard]] double reached(const Pick& pick, const Knob& knob);

/// The decision that changes are held against, and who answers under other targets.
struct Standing {
  explicit Standing(const Evidence& evidence);

  [[nodiscard]] std::vector<Knob> knobs() const;
  [[nodiscard]] double submitted(const Knob& knob) const { return *(target.*knob.member); }
  [[nodiscard]] double predicted(const Knob& knob) const { return reached(pick, knob); }
  [[nodiscard]] pick::Target with(const Knob& knob, double target_ms) const;
  [[nodiscard]] bool has_load() const { return target.request_rate || target.concurrency; }

  const Evidence& evidence;
  const pick::Target& target;
  const Pick& pick;
  bool targets_met;      ///< the latency targets
  bool satisfied;        ///< and the whole load
  Answers answers;
};

/// What moving targets or adding GPUs would change. `relaxations` and `tightenings` have an entry for each target they are about.
[[nodiscard]] Array relaxations(Standing& standing);
[[nodiscard]] Array tightenings(Standing& standing);
[[nodiscard]] Value more_gpus(Standing& standing);

/// One entry. `shown_ms` stands in the sentence: `to` with the digits that a reader needs.
[[nodiscard]] Value target_change(const Standing& standing, const Knob& knob, const char* effect, const Step& step, double shown_ms,
                                  bool notable);
/// What `pick` would be under `condition`; `meets`: no layout meets the targets as they stand, and this one then does.
void add_outcome(const Standing& standing, const Pick& pick, std::string condition, Value& value, bool meets = false);

/// Tokens/s of all that is deployed.
[[nodiscard]] inline double total_rate(const Pick& pick) { return pick.unit.tokens_per_s * pick.replicas; }

/// Tokens/s per GPU of a row, times the GPUs that its units take of a budget.
[[nodiscard]] inline double rate_of_budget(const Estimate& row, int total_gpus) {
  return row.tokens_per_s_gpu * (total_gpus / row.gpus * row.gpus);
}

/// The nearest value with three digits or no decimals that is not below `ms`, or not above it.
[[nodiscard]] double fewer_digits_up(double ms);
[[nodiscard]] double fewer_digits_down(double ms);

}  // namespace dynamo::explain
