#include <algorithm>
#include <cmath>

#include "explain/sections.h"
#include "explain/thresholds.h"
#include "explain/words.h"
#include "search/worker_match.h"

namespace dynamo::explain {
namespace {

constexpr double kGrid = 0.001;      ///< ms: targets have three decimals
constexpr double kWidest = 16;       ///< an end-to-end target is relaxed up to that many times itself
constexpr int kMostGpus = 64;        ///< looked at for targets that nothing meets

struct Knob {
  const char* name;
  TargetMember member;
};

std::vector<Knob> knobs_of(const pick::Target& target) {
  if (target.request_latency_ms) return {{"requestLatency", &pick::Target::request_latency_ms}};
  std::vector<Knob> knobs;
  if (target.tpot_ms) knobs.push_back({"itl", &pick::Target::tpot_ms});
  if (target.ttft_ms) knobs.push_back({"ttft", &pick::Target::ttft_ms});
  return knobs;
}

double total_rate(const Pick& pick) { return pick.unit.tokens_per_s * pick.replicas; }

class Sensitivity {
 public:
  explicit Sensitivity(const Evidence& evidence)
      : evidence_(evidence), answers_(evidence), target_(*evidence.target), pick_(*evidence.report->chosen) {
    met_ = evidence.report->sla_met && pick_.load_served_percent >= 100;
  }

  [[nodiscard]] Value run() const {
    Array relax, tighten;
    for (const Knob& knob : knobs_of(target_)) {
      if (auto value = relaxed(knob); !value.is_null()) relax.push_back(std::move(value));
      if (!met_) continue;
      for (Value value : {changed_below(knob), other_layout_below(knob), tightest(knob)}) {
        if (!value.is_null()) tighten.push_back(std::move(value));
      }
    }
    Value value;
    value.set("relax", std::move(relax));
    value.set("tighten", std::move(tighten));
    value.set("gpus", gpus());
    return value;
  }

 private:
  [[nodiscard]] bool latency_met() const { return evidence_.report->sla_met; }

  [[nodiscard]] double predicted(const Knob& knob) const {
    const Estimate& unit = pick_.unit;
    if (knob.member == &pick::Target::tpot_ms) return unit.tpot_ms;
    return knob.member == &pick::Target::ttft_ms ? unit.ttft_ms : unit.request_latency_ms;
  }

  /// The smallest value above the target that changes the pick; where nothing meets the targets, that meets them.
  [[nodiscard]] Value relaxed(const Knob& knob) const {
    const double from = *(target_.*knob.member);
    const bool meet = !latency_met();
    const Accept accept = [&](const Answer& answer) {
      return meet ? pick::violation(answer.pick.unit, answer.target) <= 0 : !same_pick(answer.pick, pick_);
    };
    std::optional<Step> step;
    if (knob.member == &pick::Target::request_latency_ms) {
      for (double factor = 1.25; factor <= kWidest && !step; factor *= 1.5) {
        step = bisected(answers_, target_, knob.member, from, from * factor, accept);
      }
    } else {
      std::vector<double> thresholds = thresholds_of(evidence_, knob.member);
      std::erase_if(thresholds, [&](double value) { return value <= from; });
      step = first_accepted(answers_, target_, knob.member, from, thresholds, accept);
    }
    if (!step) return {};
    return entry(knob.name, meet ? "meets" : "pickChanges", from, *step,
                 title_of(knob.name) + " <= " + target_text(step->target_ms) + " ms");
  }

  /// Any target below what the pick reaches needs another pick.
  [[nodiscard]] Value changed_below(const Knob& knob) const {
    const double value = std::nearbyint((predicted(knob) - kGrid) * 1000.0) / 1000.0;
    return at(knob, value, "pickChanges");
  }

  [[nodiscard]] Value at(const Knob& knob, double value, const char* effect) const {
    pick::Target target = target_;
    target.*knob.member = value;
    auto answer = value > 0 ? answers_.under(target) : std::nullopt;
    if (!answer || !answer->met) return {};
    return entry(knob.name, effect, *(target_.*knob.member), {value, std::move(*answer)},
                 title_of(knob.name) + " <= " + target_text(value) + " ms");
  }

  /// The largest ITL target at which another layout wins. Rows do not depend on that target, so the winners under all its values
  /// are the running maxima of the rows by ITL.
  [[nodiscard]] Value other_layout_below(const Knob& knob) const {
    const bool plain = evidence_.request->picking == PickingMode::kDefault;
    if (knob.member != &pick::Target::tpot_ms || !plain) return {};
    std::vector<const Estimate*> rows;
    for (const Search& search : evidence_.searches) {
      for (const Estimate& row : search.outcome->rows) {
        if (pick::violation(row, target_) <= 0 && row.gpus <= target_.total_gpus) rows.push_back(&row);
      }
    }
    std::ranges::stable_sort(rows, {}, &Estimate::tpot_ms);
    const Estimate* best = nullptr;
    double below = 0;   // ITL of the first row of the pick's own layout that leads from there on
    for (const Estimate* row : rows) {
      if (best != nullptr && cluster_rate(*row) <= cluster_rate(*best)) continue;
      const bool own = layout_of_pick(*row);
      if (own && (best == nullptr || !layout_of_pick(*best))) below = row->tpot_ms;
      best = row;
    }
    if (below <= 0 || below >= predicted(knob)) return {};
    // Equal rates are told apart by more than the rate.
    pick::Target target = target_;
    target.*knob.member = below;
    const double value = std::nearbyint((below - kGrid) * 1000.0) / 1000.0;
    const auto own = answers_.under(target);
    if (!own || !same_layout(own->pick, pick_)) return {};
    target.*knob.member = value;
    const auto other = answers_.under(target);
    if (!other || same_layout(other->pick, pick_)) return {};
    return entry(knob.name, "layoutChanges", *(target_.*knob.member), {value, *other}, title_of(knob.name) + " <= " + target_text(value) + " ms");
  }

  [[nodiscard]] double cluster_rate(const Estimate& row) const {
    return row.tokens_per_s_gpu * (target_.total_gpus / row.gpus * row.gpus);
  }

  [[nodiscard]] bool layout_of_pick(const Estimate& row) const {
    Pick other;
    other.unit = row;
    return same_layout(other, pick_);
  }

  /// The tightest value that the same GPUs still meet.
  [[nodiscard]] Value tightest(const Knob& knob) const {
    // Whether an end-to-end target is met does not only change once: its splits into TTFT and ITL move with it.
    if (knob.member == &pick::Target::request_latency_ms) return {};
    const double from = *(target_.*knob.member);
    const auto step = first_accepted(answers_, target_, knob.member, 0, tight_thresholds(knob), [](const Answer& answer) { return answer.met; });
    if (!step) return {};
    return entry(knob.name, "tightest", from, *step, title_of(knob.name) + " <= " + target_text(step->target_ms) + " ms at the tightest");
  }

  /// Unlike the thresholds of a relaxation, rows slower than the pick count too.
  [[nodiscard]] std::vector<double> tight_thresholds(const Knob& knob) const {
    Evidence any = evidence_;
    PickReport report;
    report.sla_met = false;
    report.chosen = pick_;
    any.report = &report;
    std::vector<double> values = thresholds_of(any, knob.member);
    std::erase_if(values, [&](double value) { return value > predicted(knob) + kGrid; });
    return values;
  }

  [[nodiscard]] Value entry(const char* target, const char* effect, double from, const Step& step, std::string condition) const {
    Value value;
    value.set("target", target);
    value.set("effect", effect);
    value.set("from", from);
    value.set("to", step.target_ms);
    value.set("changePercent", percent_more(step.target_ms, from));
    add_outcome(step.answer.pick, std::move(condition), value);
    return value;
  }

  void add_outcome(const Pick& pick, std::string condition, Value& value) const {
    const double change = percent_more(total_rate(pick), total_rate(pick_));
    value.set("pick", choice_value(evidence_, pick));
    value.set("throughputPercent", change);
    value.set("condition", condition);
    const std::string on = pick.gpus_used == pick_.gpus_used ? std::string() : " on " + std::to_string(pick.gpus_used) + " GPUs";
    value.set("sentence", std::move(condition) + ": " + choice_text(evidence_, pick) + on + ", " + change_text(change) + " throughput");
  }

  // ---- GPUs

  [[nodiscard]] Value gpus() const {
    if (!latency_met()) return gpus_that_meet();
    const bool load = target_.request_rate || target_.concurrency;
    if (load && pick_.load_served_percent >= 100) return {};   // the fewest GPUs already
    const int last = load ? kMostGpus * 16 : (pick_.replicas + 1) * pick_.unit.gpus;
    for (int total = target_.total_gpus + 1; total <= last; ++total) {
      if (!may_change_with(total)) continue;
      auto answer = with_gpus(total);
      const bool accepted = answer && (load ? answer->met : !same_pick(answer->pick, pick_));
      if (accepted) return gpu_entry(total, load ? "meets" : "pickChanges", answer->pick);
    }
    return {};
  }

  [[nodiscard]] std::optional<Answer> with_gpus(int total) const {
    pick::Target target = target_;
    target.total_gpus = total;
    return answers_.under(target);
  }

  /// Spares the budgets at which surely nothing changes.
  [[nodiscard]] bool may_change_with(int total) const {
    const bool load = target_.request_rate || target_.concurrency;
    if (evidence_.request->picking == PickingMode::kAutoscale) return true;
    const double own = pick_.unit.tokens_per_s_gpu * (total / pick_.unit.gpus * pick_.unit.gpus);
    if (total / pick_.unit.gpus > pick_.replicas) return true;
    for (const Search& search : evidence_.searches) {
      if (!search.outcome->evaluations) continue;
      const bool wide = search.outcome->evaluations->wide_experts;
      const bool sizes = search.mode == ServingMode::kDisaggregated && search::unit_sizes(total, wide) != search::unit_sizes(total - 1, wide);
      if (sizes) return true;
      for (const Estimate& row : search.outcome->rows) {
        if (row.gpus > total || pick::violation(row, target_) > 0) continue;
        if (load || row.tokens_per_s_gpu * (total / row.gpus * row.gpus) > own) return true;
      }
    }
    return false;
  }

  [[nodiscard]] Value gpu_entry(int total, const char* effect, const Pick& pick) const {
    const int unknown = answers_.narrowest_unevaluated();
    const bool exact = unknown == 0 || total < unknown;
    const int extra = total - target_.total_gpus;
    Value value;
    value.set("target", "gpus");
    value.set("effect", effect);
    value.set("from", target_.total_gpus);
    value.set("to", total);
    value.set("extra", extra);
    value.set("exact", exact);
    add_outcome(pick, "+" + std::to_string(extra) + (extra == 1 ? " GPU" : " GPUs"), value);
    return value;
  }

  /// More GPUs help a missed target only through units that did not fit before.
  [[nodiscard]] Value gpus_that_meet() const {
    int known = target_.total_gpus;
    for (int total = target_.total_gpus + 1; total <= kMostGpus; ++total) {
      if (search::unit_sizes(total) == search::unit_sizes(total - 1)) continue;
      known = total;
      auto answer = with_gpus(total);
      if (answer && pick::violation(answer->pick.unit, target_) <= 0) return gpu_entry(total, "meets", answer->pick);
    }
    const int unknown = answers_.narrowest_unevaluated();
    Value value;
    value.set("target", "gpus");
    value.set("effect", "none");
    value.set("from", target_.total_gpus);
    value.set("to", Value());
    value.set("extra", Value());
    value.set("exact", unknown == 0);
    value.set("pick", Value());
    value.set("throughputPercent", Value());
    const std::string reach = "up to " + std::to_string(std::max(known, kMostGpus)) + " GPUs";
    value.set("condition", reach);
    value.set("sentence", unknown == 0 ? reach + ": no layout of this model meets the targets"
                                       : reach + ": layouts of " + std::to_string(unknown) +
                                             " GPUs and more are not evaluated here, the others do not meet the targets");
    return value;
  }

  const Evidence& evidence_;
  mutable Answers answers_;
  const pick::Target& target_;
  const Pick& pick_;
  bool met_ = false;
};

}  // namespace

Value sensitivity_of(const Evidence& evidence) {
  if (evidence.report->naive) return {};
  return Sensitivity(evidence).run();
}

}  // namespace dynamo::explain
