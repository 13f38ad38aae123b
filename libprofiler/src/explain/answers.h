#pragma once

#include <optional>
#include <vector>

#include "explain/explanation.h"
#include "search/reselection.h"

namespace dynamo::explain {

/// What a decision would have been.
struct Answer {
  Pick pick;
  pick::Target target;   ///< what was asked for
  bool met = false;      ///< all targets, and the whole load
};

/// Decides again under other targets or with more GPUs, from what was evaluated. The answer is the one that a new decision would
/// give, except that layouts wider than the GPUs of the request are unknown.
class Answers {
 public:
  explicit Answers(const Evidence& evidence);

  /// `target.total_gpus` is the budget. Nothing when no row is left.
  [[nodiscard]] std::optional<Answer> under(const pick::Target& target);

  /// Nothing where a target is missed; quick where no point meets them all.
  [[nodiscard]] std::optional<Answer> meeting(const pick::Target& target);

  /// What the quickest evaluated point takes for a request, ms.
  [[nodiscard]] double quickest_request();

  /// GPUs of the narrowest layout that the budget kept from being evaluated; 0 = there is none.
  [[nodiscard]] int narrowest_unevaluated() const;

 private:
  [[nodiscard]] std::optional<Answer> within(const pick::Target& target, double widening, bool meeting = false);
  [[nodiscard]] pick::Ranking rank(std::size_t search, const pick::Target& target, double widening, bool meeting);

  [[nodiscard]] bool may_meet(const pick::Target& target);

  const Evidence& evidence_;
  std::vector<std::optional<search::Reselection>> reselections_;   ///< by search
};

[[nodiscard]] bool same_layout(const Pick& a, const Pick& b);
/// Same layout, operating point and number of workers.
[[nodiscard]] bool same_pick(const Pick& a, const Pick& b);

}  // namespace dynamo::explain
