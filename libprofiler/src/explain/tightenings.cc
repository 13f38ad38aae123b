#include <algorithm>

#include "explain/changes.h"
#include "explain/words.h"

namespace dynamo::explain {
namespace {

/// How much less than the pick reaches is worth a line on a first screen, percent.
constexpr double kNotableStep = 5;

bool worth_naming(const Standing& standing, const Knob& knob, double target_ms) {
  return percent_more(target_ms, standing.predicted(knob)) <= -kNotableStep;
}

/// Any target below what the pick reaches needs another pick; `to` is what that one reaches.
Value next_pick(Standing& standing, const Knob& knob) {
  const double below = on_grid(standing.predicted(knob) - kGrid);
  auto next = below > 0 ? standing.answers.under(standing.with(knob, below)) : std::nullopt;
  if (!next || !next->met) return {};
  Step step{below, std::move(*next)};
  const double tight = fewer_digits_up(reached(step.answer.pick, knob));
  if (tight < below) {
    auto there = standing.answers.under(standing.with(knob, tight));
    if (there && there->met && same_pick(there->pick, step.answer.pick)) step.target_ms = tight;
  }
  return target_change(standing, knob, "pickChanges", step, step.target_ms, worth_naming(standing, knob, step.target_ms));
}

// ---- the largest ITL target at which another layout wins

bool has_layout_of_pick(const Standing& standing, const Estimate& row) {
  Pick other;
  other.unit = row;
  return same_layout(other, standing.pick);
}

/// Rows do not depend on the ITL target, so the winners under all its values are the running maxima of the rows by ITL. The ITL of
/// the first row from which the pick's own layout leads; 0 = it always does.
double own_layout_leads_from(const Standing& standing) {
  std::vector<const Estimate*> rows;
  for (const Search& search : standing.evidence.searches) {
    for (const Estimate& row : search.outcome->rows) {
      if (pick::violation(row, standing.target) <= 0 && row.gpus <= standing.target.total_gpus) rows.push_back(&row);
    }
  }
  std::ranges::stable_sort(rows, {}, &Estimate::tpot_ms);
  const auto rate = [&](const Estimate& row) { return rate_of_budget(row, standing.target.total_gpus); };
  const Estimate* best = nullptr;
  double from = 0;
  for (const Estimate* row : rows) {
    if (best != nullptr && rate(*row) <= rate(*best)) continue;
    const bool own = has_layout_of_pick(standing, *row);
    if (own && (best == nullptr || !has_layout_of_pick(standing, *best))) from = row->tpot_ms;
    best = row;
  }
  return from;
}

Value other_layout(Standing& standing, const Knob& knob) {
  const bool plain = standing.evidence.request->picking == PickingMode::kDefault;
  if (knob.member != &pick::Target::tpot_ms || !plain) return {};
  const double from = own_layout_leads_from(standing);
  if (from <= 0 || from >= standing.predicted(knob)) return {};
  // Equal rates are told apart by more than the rate.
  const auto own = standing.answers.under(standing.with(knob, from));
  if (!own || !same_layout(own->pick, standing.pick)) return {};
  const double below = on_grid(from - kGrid);
  auto other = standing.answers.under(standing.with(knob, below));
  if (!other || same_layout(other->pick, standing.pick)) return {};
  const double shown = fewer_digits_down(below);
  const auto there = standing.answers.under(standing.with(knob, shown));
  const bool same = there && same_pick(there->pick, other->pick);
  return target_change(standing, knob, "layoutChanges", {below, std::move(*other)}, same ? shown : below,
                       worth_naming(standing, knob, below));
}

// ---- the tightest value that the same GPUs still meet

/// Three digits are less than a hundredth away.
std::optional<Step> in_three_digits(Probe& probe, std::optional<Step> step) {
  if (!step) return step;
  auto there = probe.at(fewer_digits_up(step->target_ms));
  return there ? std::move(there) : std::move(step);
}

/// The quickest point, unless that one does not carry the load. What is bisected is up to a hundredth off as it is.
std::optional<Step> tightest_end_to_end(Standing& standing, const Knob& knob, Probe& probe) {
  // Workers that a planner scales are no units.
  const bool units = standing.evidence.request->picking != PickingMode::kAutoscale;
  const double quickest = units ? rounded_up(standing.answers.quickest_request()) : 0;
  if (auto step = units ? probe.at(quickest) : std::nullopt) return in_three_digits(probe, std::move(step));
  return bisected(probe, 0, quickest, standing.predicted(knob));
}

std::optional<Step> tightest_latency(Standing& standing, const Knob& knob, Probe& probe) {
  const auto thresholds = thresholds_of(standing.evidence, knob.member, false, 0, standing.predicted(knob) + kGrid);
  return in_three_digits(probe, first_accepted(probe, 0, thresholds, fewer_digits_up));
}

Value tightest(Standing& standing, const Knob& knob) {
  Probe probe(standing.answers, standing.target, knob.member, {true, [](const Answer& answer) { return answer.met; }});
  const bool end_to_end = knob.member == &pick::Target::request_latency_ms;
  const auto step = (end_to_end ? tightest_end_to_end : tightest_latency)(standing, knob, probe);
  if (!step) return {};
  return target_change(standing, knob, "tightest", *step, step->target_ms, worth_naming(standing, knob, step->target_ms));
}

}  // namespace

Array tightenings(Standing& standing) {
  Array out;
  if (!standing.satisfied) return out;
  for (const Knob& knob : standing.knobs()) {
    for (const auto& change : {next_pick, other_layout, tightest}) {
      if (Value value = change(standing, knob); !value.is_null()) out.push_back(std::move(value));
    }
  }
  return out;
}

}  // namespace dynamo::explain
