#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "explain/answers.h"

namespace dynamo::explain {

using TargetMember = std::optional<double> pick::Target::*;

/// A value of one target and the answer under it.
struct Step {
  double target_ms = 0;
  Answer answer;
};

using Accept = std::function<bool(const Answer&)>;

/// Values of a target at which another operating point comes within it, ascending: latencies of what was evaluated, rounded up to
/// the three decimals of a target. Only points that could become the answer while the other targets hold.
[[nodiscard]] std::vector<double> thresholds_of(const Evidence& evidence, TargetMember member);

/// The smallest of `thresholds`, all above `low`, whose answer is accepted; one that is a hundredth nearer to `low` is not.
[[nodiscard]] std::optional<Step> first_accepted(Answers& answers, pick::Target target, TargetMember member, double low,
                                                 const std::vector<double>& thresholds, const Accept& accept);

/// The smallest value in (`low`, `high`] whose answer is accepted, to less than a hundredth of its distance from `low`.
[[nodiscard]] std::optional<Step> bisected(Answers& answers, pick::Target target, TargetMember member, double low,
                                           double high, const Accept& accept);

}  // namespace dynamo::explain
