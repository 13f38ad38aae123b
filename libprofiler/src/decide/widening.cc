#include "decide/widening.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "decide/prospect.h"
#include "search/reselection.h"
#include "search/session.h"
#include "search/widening.h"

namespace dynamo::decision {
namespace {

/// The searches of a plan under wider limits, from what they evaluated under those that were asked for.
class Widened {
 public:
  Widened(const Plan& plan, const std::vector<Searched>& asked) : plan_(plan), asked_(asked) {
    for (const Searched& search : asked) {
      const search::Evaluations* kept = search.outcome.evaluations.get();
      again_.push_back(kept == nullptr ? std::nullopt : std::optional<search::Reselection>(*kept));
    }
  }

  /// False: no search comes nearer than `distance`, which is the best of those up to `widths.before`.
  [[nodiscard]] bool promising(const Widths& widths, double distance) const {
    return std::ranges::any_of(asked_, [&](const Searched& search) {
      const search::Evaluations* kept = search.outcome.evaluations.get();
      return kept != nullptr && may_come_closer(*kept, plan_.scenario, plan_.target, widths, distance);
    });
  }

  /// Looks `factor` times as far; how near the best row is.
  double look(double factor) {
    found_.clear();
    rows_.clear();
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      const Searched& asked = asked_[i];
      Searched& wider = found_.emplace_back(asked.mode, asked.backend, search::Outcome(), pick::Ranking(), factor);
      rows_.push_back(again_[i] ? again_[i]->under(scenario_of(asked.backend, factor), false) : Rows());
      wider.ranking = pick::rank(rows_.back(), plan_.target);
    }
    return closest(found_, plan_.target);
  }

  /// What the last look saw. Its reasons for dropping are those of the limits that were asked for.
  [[nodiscard]] std::vector<Searched> take() {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      found_[i].outcome = {{}, asked_[i].outcome.summary, asked_[i].outcome.evaluations, false};
      for (const Estimate* row : rows_[i]) found_[i].outcome.rows.push_back(*row);
    }
    return std::move(found_);
  }

 private:
  using Rows = std::vector<const Estimate*>;

  [[nodiscard]] search::Scenario scenario_of(Backend backend, double factor) const {
    search::Scenario wider = plan_.scenario;
    wider.backend = backend;
    if (wider.ttft_ms) *wider.ttft_ms *= factor;
    if (wider.request_latency_ms) *wider.request_latency_ms *= factor;
    return wider;
  }

  const Plan& plan_;
  const std::vector<Searched>& asked_;
  std::vector<std::optional<search::Reselection>> again_;   ///< by search
  std::vector<Searched> found_;
  std::vector<Rows> rows_;                                  ///< by search, of what was evaluated
};

}  // namespace

double closest(const std::vector<Searched>& searches, const pick::Target& target) {
  double best = std::numeric_limits<double>::infinity();
  for (const Searched& s : searches) {
    for (const Pick& pick : s.ranking.picks) best = std::min(best, pick::violation(pick.unit, target));
  }
  return best;
}

bool limits_are_what_fails(const std::vector<Searched>& searches) {
  return std::ranges::any_of(searches, [](const Searched& search) {
    return std::ranges::any_of(search.outcome.summary.dropped, [](const Infeasible& drop) {
      return drop.reason == DropReason::kTtft || drop.reason == DropReason::kItl || drop.reason == DropReason::kRequestLatency ||
             drop.reason == DropReason::kDominated;
    });
  });
}

std::vector<Searched> run_widening(const Plan& plan, const TableStore& tables) {
  if (!plan.scenario.ttft_ms && !plan.scenario.request_latency_ms) return run_searches(plan, tables);
  Plan kept = plan;
  kept.scenario.keep_evaluations = true;
  std::vector<Searched> asked = run_searches(kept, tables);
  double distance = closest(asked, plan.target);
  if (distance == 0 || (std::isinf(distance) && !limits_are_what_fails(asked))) return asked;
  std::optional<std::vector<Searched>> best;
  Widened widened(plan, asked);
  double below = 1;
  for (const double factor : search::kWidening) {
    if (distance == 0 || search::cancelled(plan.scenario)) break;
    if (widened.promising({below, factor}, distance)) {
      if (const double reached = widened.look(factor); reached < distance) {
        distance = reached;
        best = widened.take();
      }
    }
    if (distance <= factor - 1) break;
    below = factor;
  }
  return best ? *std::move(best) : std::move(asked);
}

}  // namespace dynamo::decision
