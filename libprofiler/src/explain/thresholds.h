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

/// What is looked for.
struct Wish {
  bool meets = false;                             ///< all targets have to be met
  std::function<bool(const Answer&)> accept;
};

/// One target whose values are tried, the others as they are.
class Probe {
 public:
  Probe(Answers& answers, pick::Target target, TargetMember member, Wish wish)
      : answers_(answers), target_(std::move(target)), member_(member), wish_(std::move(wish)) {}

  /// The answer under that value, if it is one that was wished for.
  [[nodiscard]] std::optional<Step> at(double target_ms);

  [[nodiscard]] TargetMember member() const { return member_; }

 private:
  Answers& answers_;
  pick::Target target_;
  TargetMember member_;
  Wish wish_;
};

/// Values of a target in (`low`, `high`] at which another operating point comes within it, ascending: latencies of what was
/// evaluated, rounded up to the three decimals of a target. `winners` only: of points that could become the answer while the
/// other targets hold.
[[nodiscard]] std::vector<double> thresholds_of(const Evidence& evidence, TargetMember member, bool winners, double low, double high);

/// How a value will be shown.
using Shown = double (*)(double);

/// The smallest of `thresholds`, all above `low`, whose answer is accepted; one that is a hundredth nearer to `low` is not. With
/// `shown`, those that are shown alike are not told apart.
[[nodiscard]] std::optional<Step> first_accepted(Probe& probe, double low, const std::vector<double>& thresholds,
                                                 Shown shown = nullptr);

/// The smallest value in (`low`, `high`] whose answer is accepted, to less than a hundredth of its distance from `start`.
[[nodiscard]] std::optional<Step> bisected(Probe& probe, double start, double low, double high);

inline constexpr double kGrid = 0.001;   ///< ms: targets have three decimals

/// `ms` with no more decimals than a target can have: the nearest such value, or the nearest that is not below it.
[[nodiscard]] double on_grid(double ms);
[[nodiscard]] double rounded_up(double ms);

}  // namespace dynamo::explain
